"""What a model is sent and how its reply is read, held to examples with the PROTOCOL they are of.

`protocol.json` holds requests with the bodies that are sent for them, and replies with what is read
from them (null where they are no completion).
"""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from mores.engine.protocol import PROTOCOL, NoCompletion, body_of, read_completion, read_trace
from mores.method.requests import Request
from mores.rows import read_json

GOLDEN = read_json(Path(__file__).with_name("protocol.json"))
RAISE = (
    "a model would be sent, or is read to say, something else: raise PROTOCOL, so that answers are "
    "asked anew, then put it and what is now right into protocol.json"
)


def named(examples: list[dict]) -> list:
    return [pytest.param(one, id=one["example"]) for one in examples]


def test_the_examples_are_of_this_protocol():
    assert GOLDEN["protocol"] == PROTOCOL, (
        "PROTOCOL was raised: put it and what is now right into protocol.json"
    )


@pytest.mark.parametrize("example", named(GOLDEN["bodies"]))
def test_what_is_sent_is_what_this_protocol_sends(example):
    asked = example["request"]
    request = Request(tuple(asked["messages"]), asked["sampling"], asked["prompt"])
    path, body = body_of(request, example["served"])
    assert (path, body) == (example["path"], example["body"]), RAISE


@pytest.mark.parametrize("example", named(GOLDEN["readings"]))
def test_what_is_read_is_what_this_protocol_reads(example):
    try:
        read = asdict(read_completion("its key", example["reply"]))
        assert read.pop("key") == "its key"
        assert read.pop("logprobs") is None
    except NoCompletion:
        read = None
    assert read == example["completion"], RAISE


def test_what_is_no_completion_is_told_with_its_beginning():
    with pytest.raises(NoCompletion, match=r"no chat completion \(.*<html>proxy"):
        read_completion("k", "<html>proxy error</html>")
    aborted = '{"choices": [{"message": {"content": "4"}, "finish_reason": "abort"}]}'
    with pytest.raises(NoCompletion, match=r"gave an answer up \(finish reason abort"):
        read_completion("k", aborted)


def test_log_probabilities_are_read_of_the_first_token_where_they_were_asked_for():
    reply = {
        "choices": [
            {
                "text": "1",
                "finish_reason": "length",
                "logprobs": {"top_logprobs": [{"1": -0.1, "2": -9999.0}, {"x": 0}]},
            }
        ]
    }
    assert read_completion("k", json.dumps(reply)).logprobs == {"1": -0.1, "2": -9999.0}
    reply["choices"][0]["logprobs"]["top_logprobs"] = [{"1": "likely"}]
    with pytest.raises(NoCompletion):
        read_completion("k", json.dumps(reply))


def test_log_probabilities_of_a_prompt_are_read_from_its_second_token_on():
    """As vLLM 0.32 says them of a prompt of three tokens."""
    said = [
        None,
        {"202": {"logprob": -8.869095802307129, "rank": 344, "decoded_token": "\n"}},
        {"395": {"logprob": -10.08310604095459, "rank": 526, "decoded_token": "How"}},
    ]
    choice = {"text": "", "finish_reason": "stop", "prompt_logprobs": said}
    told = json.dumps({"choices": [choice]})
    assert read_trace(told) == [(202, -8.869095802307129), (395, -10.08310604095459)]
