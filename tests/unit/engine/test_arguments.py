import pytest

from mores.config import Engine
from mores.engine.arguments import arguments, environment, on_cpu
from mores.errors import InputError


def test_arguments_leave_sampling_to_the_request(model):
    given = arguments(model, Engine())
    assert given[given.index("--generation-config") + 1] == "vllm"
    assert given[given.index("--revision") + 1] == "abc"


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


@pytest.mark.parametrize("flag", ["--quantization", "--max_model_len=512", "--port=1", "-q"])
def test_arguments_that_would_change_answers_unseen_are_refused(model, flag):
    with pytest.raises(InputError, match=r"engine: server_args: -.* may not stand here"):
        arguments(model, Engine(server_args=[flag]))


def test_environment_is_quiet_keyed_and_free_of_the_jobs_threads(model, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    given = environment(model, Engine(server_env={"MY": "own"}), "secret")
    assert given["VLLM_API_KEY"] == "secret" and given["MY"] == "own"
    assert given["VLLM_NO_USAGE_STATS"] == given["DO_NOT_TRACK"] == "1"
    assert "OMP_NUM_THREADS" not in given
    assert (
        environment(model, Engine(server_env={"OMP_NUM_THREADS": "4"}), "k")["OMP_NUM_THREADS"]
        == "4"
    )


def test_local_models_are_served_offline_and_adapters_on_demand(model, tmp_path):
    at_home = model.settings.model_copy(update={"path": str(tmp_path)})
    assert "HF_HUB_OFFLINE" not in environment(model, Engine(), "k")
    local = environment(type(model)("m", at_home, "d"), Engine(), "k")
    assert local["HF_HUB_OFFLINE"] == "1"
    adapters = "VLLM_ALLOW_RUNTIME_LORA_UPDATING"
    assert adapters not in local
    assert environment(model, Engine(max_lora_rank=8), "k")[adapters] == "1"
