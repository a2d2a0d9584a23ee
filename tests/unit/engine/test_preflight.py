"""What a preflight finds in models' folders and at servers that a test plays."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import lookalikes
import pytest

from mores.engine.preflight import Finding, Needs, folder
from mores.engine.preflight.adaptable import check_adaptable
from mores.engine.preflight.folder import check_code, check_folder, check_memory
from mores.engine.preflight.server import check_endpoint, check_key
from mores.engine.preflight.tokenizer import check_tokenizer, compare
from mores.engine.settings import Endpoint, Model, Resources
from mores.method.models import ModelSpec

DEMO = Path(__file__).parents[3] / "resources/demo/model"
NEEDS = Needs(longest="People here sing. " * 20, max_tokens=256)


@pytest.fixture
def model(tmp_path) -> Path:
    """The demo model's folder, to be changed; its weights are a few bytes."""
    folder = tmp_path / "model"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").write_bytes(bytes(1000))
    return folder


def changed(folder: Path, name: str, **keys) -> None:
    path = folder / name
    told = json.loads(path.read_text()) | keys
    path.write_text(json.dumps({key: value for key, value in told.items() if value is not None}))


def found(findings: Iterator[Finding]) -> dict[str, tuple[str, str]]:
    return {one.what: (one.state, one.told) for one in findings}


def looked(folder, needs=NEEDS, length=2048):
    return found(check_folder(folder, needs, length))


def test_a_model_as_it_should_be_is_found_so(model):
    told = looked(model)
    assert [state for state, _ in told.values()] == ["ok"] * 3
    assert list(told) == ["chat template", "end tokens", "context"]


def test_a_model_without_a_chat_template_is_told(model):
    (model / "chat_template.jinja").unlink()
    assert looked(model) == {"chat template": ("fault", looked(model)["chat template"][1])}
    assert "add the model's own" in looked(model)["chat template"][1]


def test_a_template_may_stand_in_the_tokenizers_file(model):
    template = (model / "chat_template.jinja").read_text()
    (model / "chat_template.jinja").unlink()
    changed(model, "tokenizer_config.json", chat_template=template)
    assert looked(model)["chat template"][0] == "ok"
    named = [{"name": "tool_use", "template": "x"}, {"name": "default", "template": template}]
    changed(model, "tokenizer_config.json", chat_template=named)
    assert looked(model)["end tokens"][0] == "ok"


def test_gemmas_ends_differ_and_are_fine(model):
    """Its tokenizer ends with <eos>, its template with <end_of_turn>; generation stops at both."""
    text = (model / "chat_template.jinja").read_text().replace("<|end|>", "<end_of_turn>")
    (model / "chat_template.jinja").write_text(text)
    added = json.loads((model / "tokenizer.json").read_text())["added_tokens"]
    turn = added[0] | {"id": 106, "content": "<end_of_turn>"}
    changed(model, "tokenizer.json", added_tokens=[*added, turn])
    changed(model, "generation_config.json", eos_token_id=[1, 106])
    state, told = looked(model)["end tokens"]
    assert state == "ok" and "<end_of_turn>" in told and "own is <|end|>" in told
    changed(model, "generation_config.json", eos_token_id=1)
    state, told = looked(model)["end tokens"]
    assert state == "fault" and "generation stops at <|end|>" in told


def test_tokens_that_no_file_names_are_unknown_and_no_fault(model):
    """As of a model that has tokenizer.model alone."""
    changed(model, "generation_config.json", eos_token_id=[2, 3])
    changed(model, "tokenizer_config.json", eos_token=None)
    (model / "tokenizer.json").unlink()
    assert looked(model)["end tokens"][0] == "unknown"


def test_signs_of_a_tokenizer_that_are_not_known_are_told(model):
    added = json.loads((model / "tokenizer.json").read_text())["added_tokens"]
    changed(model, "tokenizer.json", added_tokens=[*added, added[0] | {"content": "]~b]"}])
    state, told = looked(model)["control tokens"]
    assert state == "unknown" and told.startswith("]~b]:")


def test_the_tokenizers_own_end_counts_without_a_generation_config(model):
    (model / "generation_config.json").unlink()
    assert looked(model)["end tokens"][0] == "ok"


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json"])
def test_a_torn_file_is_a_finding_and_no_traceback(model, name):
    (model / name).write_text("{")
    told = looked(model)
    assert set(told) & {"files", "chat template"}
    assert name != "config.json" or "not JSON" in told["files"][1]


def test_a_template_that_writes_the_end_by_its_variable_is_fine(model):
    text = (model / "chat_template.jinja").read_text().replace("<|end|>", "' + eos_token + '")
    (model / "chat_template.jinja").write_text(text)
    assert looked(model)["end tokens"][0] == "ok"


@pytest.mark.parametrize(
    ("length", "tokens", "state"),
    [(2048, 256, "ok"), (300, 256, "fault"), (None, 256, "ok"), (None, 10**6, "fault")],
)
def test_prompt_and_reply_must_fit_the_context(model, length, tokens, state):
    needs = Needs(longest=NEEDS.longest, max_tokens=tokens)
    told = looked(model, needs, length)["context"]
    assert told[0] == state and f"{tokens:,} of a reply" in told[1]


def test_a_context_larger_than_the_models_own_is_a_fault(model):
    changed(model, "config.json", max_position_embeddings=512)
    state, told = looked(model, length=2048)["context"]
    assert state == "fault" and "made for 512" in told


@pytest.mark.parametrize("key", ["rope_scaling", "rope_parameters"])
def test_a_context_that_is_stretched_may_be_larger(model, key):
    changed(model, "config.json", max_position_embeddings=512, **{key: {"factor": 4.0}})
    assert looked(model, length=2048)["context"][0] == "ok"


def test_without_a_tokenizer_file_tokens_are_guessed_and_no_context_is_unknown(model):
    (model / "tokenizer.json").unlink()
    changed(model, "config.json", max_position_embeddings=None)
    assert looked(model, length=None)["context"][0] == "unknown"


def memory(folder: Path, launcher: str = "local", **resources) -> tuple[str, str]:
    found = check_memory(folder, Resources(**resources), launcher)
    return found.state, found.told


def test_weights_larger_than_the_memory_are_a_fault(model, monkeypatch):
    monkeypatch.setattr(folder, "gpu_memory", lambda: [500, 700])
    assert memory(model, gpus=1)[0] == "fault"
    assert memory(model, gpus=2)[0] == "fault"
    monkeypatch.setattr(folder, "gpu_memory", lambda: [500, 900])
    assert memory(model, gpus=2)[0] == "ok"
    monkeypatch.setattr(folder, "gpu_memory", list)
    assert memory(model, gpus=1)[0] == "unknown"
    assert memory(model)[0] == "ok"


def test_on_a_cluster_it_is_the_jobs_memory_that_counts(model):
    with (model / "model.safetensors").open("r+b") as file:
        file.truncate(2_000_000)
    assert memory(model, "slurm", mem_mb=3) == (
        "ok",
        "about 2 MiB are needed, its job has 3 MiB",
    )
    state, told = memory(model, "slurm", mem_mb=2)
    assert state == "fault" and "raise it (resources: mem_mb)" in told
    assert memory(model, "slurm", gpus=2)[0] == "unknown"  # nobody here knows the cluster's GPUs


@pytest.mark.parametrize(
    ("architecture", "state", "said"),
    [
        ("GPT2LMHeadModel", "fault", "serves GPT2LMHeadModel without adapters"),
        pytest.param(
            *("Qwen2ForCausalLM", "ok", "serves adapters of Qwen2ForCausalLM"),
            marks=pytest.mark.long,
        ),
        pytest.param(
            *("NobodysForCausalLM", "unknown", "this vLLM does not have NobodysForCausalLM"),
            marks=pytest.mark.long,
        ),
    ],
)
def test_the_installed_vllm_says_what_it_serves_adapters_of(model, architecture, state, said):
    changed(model, "config.json", architectures=[architecture])
    found = check_adaptable(model)
    assert found.state == state and said in found.told


# Servers.


def served(endpoint, **needs):
    return found(
        check_endpoint(
            Endpoint(url=endpoint.url, served_model="scripted"),
            Needs(longest="", max_tokens=1, **needs),
        )
    )


def good(body):
    """A server that does all: its answers hang on the seed, and it looks for adapters."""
    if "lora_name" in body:
        return 404
    return f"five, by {body['seed']}"


def test_a_server_that_does_all_is_found_so(endpoint):
    endpoint.reply = good
    told = served(endpoint, continued=True)
    assert [state for state, _ in told.values()] == ["ok"] * 4
    assert list(told) == ["answers", "seeds", "reply", "completions"]


def test_code_that_comes_with_a_model_is_told():
    assert list(check_code(Model(path="a/b"))) == []
    (told,) = check_code(Model(path="a/b", trust_remote_code=True))
    assert told.state == "unknown" and "a/b runs as you" in told.told


def test_nobody_there_is_one_line():
    dead = Endpoint(url="http://127.0.0.1:9/v1", served_model="x")
    told = found(check_endpoint(dead, NEEDS))
    assert list(told) == ["answers"]
    assert told["answers"][0] == "fault" and "127.0.0.1:9" in told["answers"][1]


@pytest.mark.parametrize(("reply", "said"), [(500, "HTTP 500"), (b"<html>", "no chat completion")])
def test_a_server_that_answers_no_completion_is_told(endpoint, reply, said):
    endpoint.reply = lambda body: reply
    assert said in served(endpoint)["answers"][1]


@pytest.mark.parametrize("leak", ["<|im_end|>", "<end_of_turn>", "<｜end▁of▁sentence｜>", "</s>"])
def test_end_tokens_in_a_reply_are_a_fault(endpoint, leak):
    endpoint.reply = lambda body: f"5{leak}"
    assert served(endpoint)["reply"][0] == "fault"


def test_an_echo_is_a_fault(endpoint):
    endpoint.reply = lambda body: f"{body['messages'][0]['content']} 5"
    state, told = served(endpoint)["reply"]
    assert state == "fault" and "repeats the prompt" in told


def test_seeds_that_do_not_hold_are_told(endpoint):
    count = iter(range(100))
    endpoint.reply = lambda body: f"{next(count)}"
    assert "otherwise the next time" in served(endpoint)["seeds"][1]
    endpoint.reply = lambda body: "5"
    assert "two seeds get the same" in served(endpoint)["seeds"][1]


def test_a_server_without_adapters_is_told_before_training(endpoint):
    endpoint.reply = lambda body: 404 if "lora_name" in body else "5"
    endpoint.trouble = lambda body: '{"detail":"Not Found"}'
    state, told = served(endpoint, adapters=True)["adapters"]
    assert state == "fault" and "--enable-lora" in told


def test_a_server_that_looks_for_an_adapter_takes_some(endpoint):
    endpoint.reply = lambda body: 404 if "lora_name" in body else "5"
    endpoint.trouble = lambda body: f"No adapter found for {body['lora_path']}"
    assert served(endpoint, adapters=True)["adapters"][0] == "ok"


@pytest.mark.parametrize(
    ("url", "variable", "open_"),
    [
        ("http://node7:8000/v1", "KEY", True),
        ("http://10.0.0.7/v1", "KEY", True),
        ("http://127.0.0.1.evil.org/v1", "KEY", True),
        ("https://node7/v1", "KEY", False),
        ("http://localhost:8000/v1", "KEY", False),
        ("http://127.0.0.2:8000/v1", "KEY", False),
        ("http://[::1]:8000/v1", "KEY", False),
        ("http://node7:8000/v1", None, False),
    ],
)
def test_a_key_that_crosses_a_network_unencrypted_is_told(url, variable, open_):
    told = list(check_key(Endpoint(url=url, served_model="m", key_variable=variable)))
    assert [one.state for one in told] == ["unknown"] * open_
    assert all("unencrypted: use https" in one.told and "KEY" in one.told for one in told)


def test_a_tokenizer_is_held_to_its_file_before_any_job(tmp_path):
    lookalikes.write_tokenizer("r1-llama", tmp_path / "model")
    finding = check_tokenizer("m", ModelSpec(path="a/b"), tmp_path / "model")
    assert finding.state == "ok"
    assert "LlamaTokenizer, which transformers takes, parts text otherwise" in finding.told
    lookalikes.write_tokenizer("gemma", tmp_path / "other")
    for place in (tmp_path / "other", DEMO):  # the demo's is not looked at in a run
        told = compare("m", ModelSpec(path=str(place))).told
        assert told == "text is parted as tokenizer.json says"


def test_a_tokenizer_that_is_not_to_be_had_is_a_fault_and_none_to_compare_is_told(model):
    (model / "tokenizer.json").write_text("{}")
    assert compare("m", ModelSpec(path=str(model))).state == "fault"
    (model / "tokenizer.json").unlink()
    assert check_tokenizer("m", ModelSpec(path="a/b"), model).state == "unknown"
