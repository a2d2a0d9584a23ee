"""The verdict on an adapter; benchmarks/liveness.py measures how far real ones are from it."""

import json
import random

import pytest

from mores.engine.client import Address
from mores.engine.models import Adapter
from mores.engine.proof import CLEAR, ERROR, FAR, ROUNDING, SLOPE, compare, prove_live
from mores.engine.settings import Engine
from mores.errors import EngineError

ENGINE = Engine(launcher="endpoint", concurrency=1, retries=0)
TOKENS = 100
NOISE = 0.05  # nats, as bfloat16 has


def drawn(seed: int, size: float) -> list[float]:
    some = random.Random(seed)
    return [some.gauss(0, size) for _ in range(TOKENS)]


def plus(*rows: list[float]) -> list[float]:
    return [sum(values) for values in zip(*rows, strict=True)]


BASE = [drawn(n, 3) for n in range(4)]
CHANGE, OTHER = ([drawn(seed + n, 1) for n in range(4)] for seed in (10, 20))


def probes(change=CHANGE) -> list[dict]:
    return [
        {
            "text": f"Question {n}",
            "tokens": list(range(TOKENS)),
            "base": BASE[n],
            "adapted": plus(BASE[n], change[n]),
        }
        for n in range(4)
    ]


@pytest.fixture
def adapter(tmp_path):
    (tmp_path / "probes.json").write_text(json.dumps(probes()))
    return Adapter(str(tmp_path), "d1g35t")


def trace(logprobs: list[float], first: int = 0) -> bytes:
    """What vLLM says of a prompt: nothing of its first token, then each with what it is."""
    said = [{str(first + n): {"logprob": one, "rank": 1}} for n, one in enumerate(logprobs)]
    choice = {"text": "a", "finish_reason": "length"}
    return json.dumps({"choices": [choice | {"prompt_logprobs": [None, *said]}]}).encode()


def serve(endpoint, change, base=BASE):
    """Have the endpoint tell the base's log-probabilities with rounding, adapted by a change."""

    def reply(body):
        if "lora_path" in body:
            return "loaded"
        number, adapted = int(body["prompt"].split()[1]), body["model"] == "d1g35t"
        rounding = drawn(100 + 2 * number + adapted, NOISE)
        return trace(plus(base[number], rounding, change[number] if adapted else [0] * TOKENS))

    endpoint.reply = reply


def prove(endpoint, adapter):
    prove_live(adapter, Address(endpoint.url, "base", None, None), ENGINE, lambda: True)


def scaled(factor: float) -> list[list[float]]:
    return [[factor * one for one in row] for row in CHANGE]


def test_an_adapter_that_changes_what_peft_does_is_live_in_spite_of_rounding(
    endpoint, adapter, caplog
):
    caplog.set_level("INFO")
    serve(endpoint, CHANGE)
    prove(endpoint, adapter)
    assert (
        f"adapter {adapter.folder} is live: PEFT's log-probabilities change by 0.99" in caplog.text
    )


def test_the_adapter_is_loaded_and_each_probe_asked_with_it_and_without(endpoint, adapter):
    serve(endpoint, CHANGE)
    prove(endpoint, adapter)
    load, *asked = endpoint.bodies
    assert load == {"lora_name": "d1g35t", "lora_path": adapter.folder}
    assert sorted(body["model"] for body in asked) == ["base"] * 4 + ["d1g35t"] * 4
    sent = {"temperature": 0.0, "max_tokens": 1, "prompt_logprobs": 0, "add_special_tokens": False}
    assert all(sent.items() <= body.items() for body in asked)


# Another country's adapter changes much as this one does, and some besides: its slope is 1.
ALIKE = [plus(row, [0.4 * one for one in other]) for row, other in zip(CHANGE, OTHER, strict=True)]


@pytest.mark.parametrize(
    "change",
    [scaled(0), OTHER, scaled(-1), scaled(0.5), scaled(2), CHANGE[::-1], ALIKE],
    ids=["none", "another's", "of the wrong sign", "half", "twice", "on other texts", "alike"],
)
def test_any_other_change_is_not_the_adapters(endpoint, adapter, change):
    serve(endpoint, change)
    with pytest.raises(EngineError, match="dead on the server, or another one answers") as error:
        prove(endpoint, adapter)
    assert f"the adapter in {adapter.folder}" in str(error.value)
    assert endpoint.url in str(error.value)


def faint(tmp_path, size: float) -> tuple[Adapter, list[list[float]]]:
    """An adapter that changes little, and what it changes."""
    change = scaled(size)
    (tmp_path / "probes.json").write_text(json.dumps(probes(change)))
    return Adapter(str(tmp_path), "d1g35t"), change


def test_a_change_of_some_roundings_is_told_from_none(endpoint, tmp_path):
    adapter, change = faint(tmp_path, 1.1 * CLEAR * NOISE)
    serve(endpoint, change)
    prove(endpoint, adapter)
    serve(endpoint, scaled(0))
    with pytest.raises(EngineError, match="is dead on the server"):
        prove(endpoint, adapter)


def test_a_smaller_change_is_told_as_such_and_not_guessed_at(endpoint, tmp_path):
    adapter, change = faint(tmp_path, 0.9 * CLEAR * NOISE)
    for served in (change, scaled(0)):
        serve(endpoint, served)
        with pytest.raises(EngineError, match=r"changes too little to tell .* by 0\.1\d+ nats"):
            prove(endpoint, adapter)


def test_a_server_with_another_base_proves_nothing(endpoint, adapter):
    serve(endpoint, CHANGE, base=BASE[::-1])
    with pytest.raises(EngineError, match=r"was trained on another model than the server has"):
        prove(endpoint, adapter)


def test_a_server_that_parts_text_otherwise_is_told(endpoint, adapter):
    endpoint.reply = lambda body: "loaded" if "lora_path" in body else trace([0.0] * TOKENS, 5)
    with pytest.raises(EngineError, match=r"another tokenizer than training had: .*'Question 0'"):
        prove(endpoint, adapter)


@pytest.mark.parametrize("said", [None, [None], [None, {}], [None, {"1": {}}], "none", [None, 3]])
def test_a_server_without_log_probabilities_of_prompts_proves_nothing(endpoint, adapter, said):
    choice = {"text": "a", "finish_reason": "length", "prompt_logprobs": said}
    told = json.dumps({"choices": [choice]}).encode()
    endpoint.reply = lambda body: "loaded" if "lora_path" in body else told
    with pytest.raises(EngineError, match=r"no log-probabilities of a prompt|another tokenizer"):
        prove(endpoint, adapter)


def test_what_is_read_and_its_bounds():
    """By hand: PEFT's changes of 1 and -1, seen `slope` times as large, `off` beside that."""
    probe = {"base": [0.0] * TOKENS, "adapted": [1.0, -1.0] * (TOKENS // 2)}

    def reading(slope=1.0, off=0.0, noise=0.0):
        base = [noise] * TOKENS
        seen = [noise + slope * one + off for one in probe["adapted"]]
        return compare([probe], [base], [seen])

    read = reading(slope=0.5, off=0.2, noise=0.1)
    assert (read.change, read.slope, read.noise) == pytest.approx((1, 0.5, 0.1))
    assert read.error == pytest.approx((0.5**2 + 0.2**2) ** 0.5)
    assert reading(off=ERROR - 0.01).live and not reading(off=ERROR + 0.01).live
    rounding = {"noise": 0.1}
    assert reading(off=ERROR + 0.1 * ROUNDING - 0.01, **rounding).live
    assert not reading(off=ERROR + 0.1 * ROUNDING + 0.01, **rounding).live
    assert reading(slope=1.01 - SLOPE, **rounding).live
    assert not reading(slope=0.99 - SLOPE, **rounding).live
    assert reading(noise=1 / CLEAR - 0.01).live and not reading(noise=1 / CLEAR + 0.01).sure
    probe["adapted"] = [10 * one for one in probe["adapted"]]
    assert reading(noise=FAR - 0.01).live and not reading(noise=FAR + 0.01).live


def test_an_adapter_that_changes_nothing_is_never_live():
    """As one without a single step of training; PEFT and server agree on it to the bit."""
    probe = {"base": [-1.0] * TOKENS, "adapted": [-1.0] * TOKENS}
    read = compare([probe], [probe["base"]], [probe["base"]])
    assert not read.live
