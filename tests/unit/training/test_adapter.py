import json
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

from mores.chat import load_chat
from mores.config import Model
from mores.errors import InputError
from mores.training.adapter import (
    PROBES,
    TOKENS,
    TRIED,
    Lesson,
    _beginning,
    card,
    copy_adapter,
    find_probes,
    save_adapter,
)

DEMO = Path(__file__).parents[3] / "resources/demo/model"
PROMPTS = [f"Question {number}?" for number in range(8)]
HISTORY = [{"loss": 2.5, "step": 1}, {"loss": 1.25, "step": 2}, {"loss": 0.125, "step": 3}]


@pytest.fixture(scope="module")
def chat():
    return load_chat("demo", Model(path=str(DEMO)))


@pytest.fixture
def lesson():
    return Lesson(
        base="some/model",
        revision=None,
        base_digest="ba5e",
        tuning="cnca_sft",
        learner="POOLED",
        countries=["XAV", "XBO"],
        examples=7,
        data_digest="da7a",
        settings={"learning_rate": 0.0003, "rank": 4, "epochs": 5},
    )


def lora(chat, b_scale):
    """A LoRA on a random base; its B weights are drawn with this standard deviation."""
    torch.manual_seed(3)
    config = Qwen2Config(
        vocab_size=len(chat.tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
        max_position_embeddings=256,
        eos_token_id=chat.tokenizer.eos_token_id,
        pad_token_id=chat.tokenizer.pad_token_id,
        bos_token_id=None,
    )
    config.initializer_range = 0.5  # large enough for replies that depend on the prompt
    adapted = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    base = Qwen2ForCausalLM(config)
    # Tokens that are no whole characters are barred: noise made of them is no text.
    decode, count = chat.tokenizer.decode, len(chat.tokenizer)
    barred = torch.tensor([token for token in range(count) if "\ufffd" in decode([token])])
    base.lm_head.register_forward_hook(
        lambda _module, _given, logits: logits.index_fill(-1, barred, -torch.inf)
    )
    model = get_peft_model(base, adapted).eval()
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=b_scale)
    return model


def greedy(model, chat, prompt):
    """A greedy reply, told token by token."""
    text = f"<|user|>\n{prompt}<|end|>\n<|assistant|>\n<think>\n"
    ids = chat.tokenizer(text, add_special_tokens=False).input_ids
    given = len(ids)
    for _ in range(TOKENS):
        with torch.inference_mode():
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
        if ids[-1] == chat.tokenizer.eos_token_id:
            break
    return chat.tokenizer.decode(ids[given:], skip_special_tokens=True)


def test_an_adapter_that_changes_nothing_has_learnt_nothing(chat):
    with pytest.raises(InputError) as error:
        find_probes(lora(chat, 0.0), chat, PROMPTS)
    assert "nothing was learnt; raise `learning_rate` or `epochs`" in str(error.value)
    assert f"its own {len(PROMPTS)} examples" in str(error.value)


def test_an_adapter_that_changes_replies_has_probes_that_tell_it_from_its_base(chat):
    model = lora(chat, 5.0)
    probes = find_probes(model, chat, PROMPTS)
    assert [probe["prompt"] for probe in probes] == PROMPTS[:PROBES]
    for probe in probes:
        assert greedy(model, chat, probe["prompt"]).startswith(probe["expected"])
        with model.disable_adapter():
            assert not greedy(model, chat, probe["prompt"]).startswith(probe["expected"])


def test_probes_leave_out_a_models_own_generation_defaults_as_the_server_does(chat):
    model = lora(chat, 0.02)  # so little that replies part late
    model.generation_config.repetition_penalty = 1.5  # Qwen2.5-Instruct's is 1.05
    probes = find_probes(model, chat, PROMPTS)
    assert all(greedy(model, chat, one["prompt"]).startswith(one["expected"]) for one in probes)


def test_a_prompt_is_a_probe_once(chat):
    probes = find_probes(lora(chat, 5.0), chat, ["Which?", "Which?", "What?"])
    assert [probe["prompt"] for probe in probes] == ["Which?", "What?"]


def test_so_many_prompts_are_tried_and_no_more(chat):
    model, asked = lora(chat, 0.0), []
    plain = model.generate

    def generate(**given):
        asked.append(given["input_ids"])
        return plain(**given | {"max_new_tokens": 1})

    model.generate = generate
    with pytest.raises(InputError, match="its own 70 examples"):
        find_probes(model, chat, [f"Question {number}?" for number in range(70)])
    assert len(asked) == 2 * TRIED


def test_a_beginning_goes_to_the_first_token_that_differs(chat):
    ids = chat.tokenizer("People here sing.").input_ids
    base = chat.tokenizer("People here work.").input_ids
    beginning = _beginning(chat, ids, base)
    assert "People here sing.".startswith(beginning)
    assert beginning.startswith("People here s")


@pytest.mark.parametrize("base", ["People here sing.", "People here sing. And more."])
def test_a_reply_that_the_base_begins_with_too_tells_nothing(chat, base):
    ids = chat.tokenizer("People here sing.").input_ids
    assert _beginning(chat, ids, chat.tokenizer(base).input_ids) is None


@pytest.mark.parametrize("base", ["人们 2", "人们 3"])
def test_a_beginning_never_ends_within_a_character(chat, base):
    beginning = _beginning(chat, chat.tokenizer("人们 2").input_ids, chat.tokenizer(base).input_ids)
    assert beginning == (None if base == "人们 2" else "人们 2")


def test_a_card_tells_the_base_and_where_it_comes_from(lesson):
    text = card(lesson, HISTORY)
    assert '\nbase_model: "some/model"\n' in text
    assert "| base model | some/model |" in text
    assert "| base digest | ba5e |" in text
    assert "| base revision | not pinned |" in text


def test_a_card_tells_who_taught_it_and_from_what(lesson):
    text = card(lesson, HISTORY)
    assert "# cnca_sft of some/model: POOLED\n" in text
    assert "| countries | XAV, XBO |" in text
    assert "| examples | 7 |" in text
    assert "| data digest | da7a |" in text


def test_a_card_tells_the_settings_and_the_loss(lesson):
    text = card(lesson, HISTORY)
    assert "| learning_rate | 0.0003 |\n| rank | 4 |\n| epochs | 5 |\n" in text
    assert "| optimizer steps | 3 |" in text
    assert "| loss, first and last | 2.5000, 0.1250 |" in text


def test_a_card_ends_in_scores_where_there_are_any(lesson):
    assert card(lesson, HISTORY, "| alignment | 71.2 |\n").endswith("| alignment | 71.2 |\n")


def test_the_front_of_a_card_is_yaml(lesson):
    import yaml

    _, front, _ = card(lesson, HISTORY).split("---\n", 2)
    assert yaml.safe_load(front) == {
        "base_model": "some/model",
        "library_name": "peft",
        "tags": ["mores", "cultural-alignment", "cnca_sft"],
    }


def test_an_adapters_folder_holds_pefts_files_the_log_the_probes_and_the_card(
    chat, lesson, tmp_path
):
    probes = [{"prompt": "Which?", "expected": "so"}]
    save_adapter(tmp_path / "made", lora(chat, 0.0), HISTORY, lesson, probes)
    files = {path.name for path in (tmp_path / "made").iterdir()}
    assert {"adapter_config.json", "adapter_model.safetensors", "README.md"} <= files
    log = (tmp_path / "made/training.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in log] == HISTORY
    assert json.loads((tmp_path / "made/probes.json").read_text()) == probes
    told = json.loads((tmp_path / "made/lesson.json").read_text())
    assert (told["data_digest"], told["settings"]["rank"]) == ("da7a", 4)
    assert (tmp_path / "made/README.md").read_text() == card(lesson, HISTORY)


def test_a_copied_adapter_replaces_what_was_there(tmp_path):
    source, target = tmp_path / "kept", tmp_path / "deep/er/out"
    for folder, name in ((source, "new"), (target, "old")):
        folder.mkdir(parents=True)
        (folder / name).write_text(name)
    copy_adapter(source, target)
    assert [path.name for path in target.iterdir()] == ["new"]
    assert [path.name for path in target.parent.iterdir()] == ["out"]
