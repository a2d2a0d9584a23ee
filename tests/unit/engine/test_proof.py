import json

import pytest

from mores.engine.client import Address
from mores.engine.models import Adapter
from mores.engine.proof import prove_live
from mores.engine.settings import Engine
from mores.errors import EngineError

ENGINE = Engine(launcher="endpoint", concurrency=1, retries=0)
PROBES = [{"prompt": f"Question {n}?", "expected": f"tuned {n}"} for n in range(4)]


@pytest.fixture
def adapter(tmp_path):
    (tmp_path / "probes.json").write_text(json.dumps(PROBES))
    return Adapter(str(tmp_path), "d1g35t")


def serve(endpoint, adapted, base=lambda n: f"plain {n}"):
    """Have the endpoint answer question `n` with the adapter and without."""

    def reply(body):
        if "lora_path" in body:
            return "loaded"
        number = body["messages"][0]["content"].removeprefix("Question ").removesuffix("?")
        return (adapted if body["model"] == "d1g35t" else base)(int(number))

    endpoint.reply = reply


def prove(endpoint, adapter):
    prove_live(adapter, Address(endpoint.url, "base", None, None), ENGINE, lambda: True)


def test_an_adapter_that_answers_as_peft_does_is_live(endpoint, adapter, caplog):
    caplog.set_level("INFO")
    serve(endpoint, lambda n: f"tuned {n} and on")
    prove(endpoint, adapter)
    assert f"adapter {adapter.folder} is live: 4 of 4 probes" in caplog.text


def test_the_adapter_is_loaded_and_each_probe_asked_with_it_and_without(endpoint, adapter):
    serve(endpoint, lambda n: f"tuned {n}")
    prove(endpoint, adapter)
    load, *asked = endpoint.bodies
    assert load == {"lora_name": "d1g35t", "lora_path": adapter.folder}
    assert sorted(body["model"] for body in asked) == ["base"] * 4 + ["d1g35t"] * 4
    assert all(body["temperature"] == 0 for body in asked)


def test_an_adapter_that_the_server_ignores_is_dead(endpoint, adapter):
    serve(endpoint, lambda n: f"plain {n}")
    with pytest.raises(EngineError, match=r"4 greedy probes 0 differ .* 0 begin as PEFT's"):
        prove(endpoint, adapter)


def test_a_base_that_already_answers_as_the_adapter_proves_nothing(endpoint, adapter):
    serve(endpoint, lambda n: f"tuned {n}", base=lambda n: f"tuned {n}")
    with pytest.raises(EngineError, match="0 differ"):
        prove(endpoint, adapter)


def test_another_adapters_replies_prove_nothing(endpoint, adapter):
    serve(endpoint, lambda n: f"strange {n}")
    with pytest.raises(EngineError, match="4 differ from the base model and 0 begin as PEFT's"):
        prove(endpoint, adapter)


def test_one_of_four_probes_may_be_off(endpoint, adapter):
    serve(endpoint, lambda n: "rounded off" if n == 2 else f"tuned {n}")
    prove(endpoint, adapter)


def test_two_of_four_probes_off_are_too_many(endpoint, adapter):
    serve(endpoint, lambda n: "rounded off" if n < 2 else f"tuned {n}")
    with pytest.raises(EngineError, match="4 differ from the base model and 2 begin"):
        prove(endpoint, adapter)


def test_a_lone_probe_must_agree(endpoint, adapter, tmp_path):
    (tmp_path / "probes.json").write_text(json.dumps(PROBES[:1]))
    serve(endpoint, lambda n: f"tuned {n}")
    prove(endpoint, adapter)
    serve(endpoint, lambda n: "rounded off")
    with pytest.raises(EngineError, match="of 1 greedy probes"):
        prove(endpoint, adapter)


def test_the_message_names_the_adapters_folder_and_the_server(endpoint, adapter):
    serve(endpoint, lambda n: f"plain {n}")
    with pytest.raises(EngineError) as error:
        prove(endpoint, adapter)
    assert f"the adapter in {adapter.folder} is dead on the server" in str(error.value)
    assert endpoint.url in str(error.value)
