import json
import os
import subprocess
import sys

import pytest

from mores.engine.arguments import ALLOWED, arguments, check_server_args, environment, on_cpu
from mores.engine.gpus import has_driver
from mores.engine.models import ModelRef
from mores.engine.protocol import PROTOCOL
from mores.engine.settings import Engine
from mores.errors import InputError


def test_arguments_leave_sampling_to_the_request(model):
    given = arguments(model, Engine())
    assert given[given.index("--generation-config") + 1] == "vllm"
    assert given[given.index("--revision") + 1] == "abc"


def test_what_shapes_answers_is_as_it_was_under_this_protocol(model, monkeypatch):
    """Another argument here may change answers: then raise PROTOCOL, and this list with it."""
    monkeypatch.setattr("mores.engine.arguments.on_cpu", lambda: False)
    assert PROTOCOL == 3
    assert arguments(model, Engine()) == [
        *("--model", "someone/tiny", "--served-model-name", "tiny", "--dtype", "auto"),
        *("--generation-config", "vllm", "--seed", "0"),
        *("--disable-uvicorn-access-log", "--shutdown-timeout", "5"),
        *("--revision", "abc", "--tokenizer-revision", "abc"),
    ]


def test_the_configurations_arguments_come_last(model):
    own = ["--max-num-seqs", "8"]
    assert arguments(model, Engine(server_args=own))[-2:] == own


@pytest.mark.skipif(not on_cpu(), reason="of the CPU build alone")
def test_on_the_cpu_samples_of_a_question_share_its_prompt(model):
    given = arguments(model, Engine())
    assert given[given.index("--block-size") + 1] == "32"


def test_a_rank_is_rounded_up_to_one_that_vllm_serves(model):
    given = arguments(model, Engine(max_lora_rank=12, adapter_slots=3))
    assert given[given.index("--max-lora-rank") + 1] == "16"
    assert given[given.index("--max-loras") + 1] == "3"
    assert "--enable-lora" in given
    assert "--enable-lora" not in arguments(model, Engine())


@pytest.mark.parametrize(
    "given",
    [
        ["--quantization"],
        ["--trust-remote-code"],
        ["--max_model_len=512"],
        ["--port=1"],
        ["-q"],
        ["-qfp8"],
        ["--quant", "fp8"],
        ["--hf-overrides.rope_theta", "1"],
        ["--hf_overrides={}"],
        ["--compilation-config", "{}"],
        ["--compilation-config.mode=3"],
        ["-cc.mode=3"],
        ["-O3"],
        ["--load-format", "dummy"],
        ["--seed", "1"],
        ["--seed=1"],
        ["--config", "mine.yaml"],
        ["--override-generation-config", "{}"],
        ["--enable-prefix-cachin"],
        ["--max-num-seq=8"],
        ["--max_num_seqs=8"],
        ["--block-size.x=1"],
        ["--"],
        ["--enforce-eager", "--dtype", "half"],
    ],
    ids=" ".join,
)
def test_arguments_that_might_change_answers_unseen_are_refused(model, given):
    with pytest.raises(InputError, match=r"engine: server_args: -.* may not stand here"):
        arguments(model, Engine(server_args=given))


def test_arguments_that_change_no_answer_pass_by_their_whole_names(model):
    given = ["--max-num-seqs", "8", "--block-size=16", "--gpu-memory-utilization", "0.5"]
    given += ["--no-enable-prefix-caching", "--enforce-eager"]
    assert arguments(model, Engine(server_args=given))[-len(given) :] == given
    for name in ALLOWED:
        check_server_args([name])
        check_server_args([f"{name}=1"])


PARSER = """
import json
from vllm.entrypoints.launchers.cli_args import make_arg_parser
from vllm.utils.argparse_utils import FlexibleArgumentParser
parser = make_arg_parser(FlexibleArgumentParser())
print(json.dumps([name for action in parser._actions for name in action.option_strings]))
"""


@pytest.mark.long
@pytest.mark.skipif(not on_cpu() and not has_driver(), reason="vLLM for CUDA wants a GPU for it")
def test_vllm_knows_every_argument_that_is_allowed_or_given(model):
    """The installed server's own parser, without a model."""
    told = subprocess.run(
        [sys.executable, "-c", PARSER], capture_output=True, text=True, check=True
    )
    known = set(json.loads(told.stdout.splitlines()[-1]))
    needs = model.settings.resources.model_copy(update={"gpus": 2})
    settings = model.settings.model_copy(update={"max_model_len": 512, "resources": needs})
    given = arguments(ModelRef("tiny", settings, "d"), Engine(max_lora_rank=8))
    assert known >= ALLOWED
    assert known >= {one for one in given if one.startswith("--")}


def test_a_models_own_code_runs_only_where_the_model_says_so(model):
    trusted = model.settings.model_copy(update={"trust_remote_code": True})
    assert "--trust-remote-code" not in arguments(model, Engine())
    assert "--trust-remote-code" in arguments(ModelRef("tiny", trusted, "d"), Engine())


def test_environment_is_quiet_keyed_and_free_of_the_jobs_threads(model, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    given = environment(model, Engine(server_env={"MY": "own"}), "secret")
    assert given["VLLM_API_KEY"] == "secret" and given["MY"] == "own"
    assert given["VLLM_NO_USAGE_STATS"] == given["DO_NOT_TRACK"] == "1"
    assert 1 <= int(given["OMP_NUM_THREADS"]) <= os.cpu_count()
    assert given["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"
    assert (
        environment(model, Engine(server_env={"OMP_NUM_THREADS": "4"}), "k")["OMP_NUM_THREADS"]
        == "4"
    )


def test_a_server_starts_without_a_cuda_toolkit(model):
    """FlashInfer's sampler would be compiled at the start, which takes nvcc."""
    named = "VLLM_USE_FLASHINFER_SAMPLER"
    assert environment(model, Engine(), "k")[named] == "0"
    assert environment(model, Engine(server_env={named: "1"}), "k")[named] == "1"


def test_local_models_are_served_offline_and_adapters_on_demand(model, tmp_path):
    at_home = model.settings.model_copy(update={"path": str(tmp_path)})
    assert "HF_HUB_OFFLINE" not in environment(model, Engine(), "k")
    local = environment(type(model)("m", at_home, "d"), Engine(), "k")
    assert local["HF_HUB_OFFLINE"] == "1"
    adapters = "VLLM_ALLOW_RUNTIME_LORA_UPDATING"
    assert adapters not in local
    assert environment(model, Engine(max_lora_rank=8), "k")[adapters] == "1"
