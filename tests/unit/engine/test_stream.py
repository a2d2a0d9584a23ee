"""A stream reads as the plain reply does, whatever its parts are cut into."""

import json
from contextlib import suppress
from itertools import pairwise

import pytest

from mores.engine.protocol import NoCompletion, read_completion
from mores.engine.stream import Garbled, Stream
from mores.method.requests import Completion

TEXT = "Ja, très 漢字 \U0001f600 sehr\n\r\x85\u2028<|x|>"
USAGE = {"prompt_tokens": 7, "completion_tokens": 9}


def events(*said: dict | str) -> bytes:
    told = [one if isinstance(one, str) else json.dumps(one) for one in said]
    return b"".join(f"data: {one}\n\n".encode() for one in told)


def chat(**delta: str | None) -> dict:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def streamed(body: bytes, size: int = 1 << 20) -> Completion:
    """What is read of a body that comes in parts of a size."""
    stream = Stream()
    for begin in range(0, len(body), size):
        stream.feed(body[begin : begin + size])
    return read_completion("k", stream.text())


def plain(choice: dict) -> Completion:
    return read_completion("k", json.dumps({"choices": [choice], "usage": USAGE}))


ENDED = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
COUNTED = {"choices": [], "usage": USAGE}


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20])
def test_a_chat_reads_as_if_it_were_plain(size):
    """Tokens one by one, in the form of vLLM, with comments and line ends of other servers."""
    tokens = [chat(role="assistant", content="")] + [chat(content=one) for one in TEXT]
    body = events(*tokens, ENDED, COUNTED, "[DONE]").replace(b"\n\n", b"\r\n\r\n: kept\r\n\r\n")
    expected = plain({"message": {"content": TEXT}, "finish_reason": "stop"})
    assert streamed(body, size) == expected
    assert streamed(b"event: x\nid: 1\nretry: 5\n" + body.rstrip(), size) == expected


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
@pytest.mark.parametrize("answer", ["4", ""])
def test_thinking_that_is_apart_is_put_before_the_answer(name, answer):
    parts = [chat(**{name: "so"}), chat(**{name: " it is"}), chat(content=answer or None)]
    expected = {"message": {name: "so it is", "content": answer}, "finish_reason": "stop"}
    assert streamed(events(*parts, ENDED, COUNTED, "[DONE]")) == plain(expected)


def test_half_a_character_and_the_other_half_are_one():
    """A server that counts in UTF-16 may cut there; half of one alone fits no file."""
    body = events(chat(content="\ud83d"), chat(content="\ude00"), ENDED, COUNTED, "[DONE]")
    assert streamed(body).text == "\U0001f600"
    body = events(chat(content="a\ud83d"), chat(content="b"), ENDED, COUNTED, "[DONE]")
    assert streamed(body) == plain({"message": {"content": "a\ud83db"}, "finish_reason": "stop"})


def test_of_a_completion_that_is_no_chat_the_first_tokens_probabilities_are_read():
    tops = [{" A": -0.1, " B": -2.0}, {"x": -0.5}]
    parts = [
        {"choices": [{"text": text, "logprobs": {"top_logprobs": [top]}, "finish_reason": end}]}
        for text, top, end in zip((" A", "x"), tops, (None, "length"), strict=True)
    ]
    expected = {"text": " Ax", "logprobs": {"top_logprobs": tops}, "finish_reason": "length"}
    assert streamed(events(*parts, COUNTED, "[DONE]")) == plain(expected)


@pytest.mark.parametrize("texts", [[], [""], ["", None]])
def test_an_answer_of_nothing_is_one(texts):
    body = events(*[chat(content=text) for text in texts], ENDED, COUNTED, "[DONE]")
    assert streamed(body) == plain({"message": {"content": ""}, "finish_reason": "stop"})


def test_only_tokens_are_progress():
    stream = Stream()
    assert stream.feed(events(chat(content="4"))) and stream.feed(events(chat(reasoning="5")))
    for part in (b": still here\n\n", events(chat(content="")), b"\n", events(COUNTED), b"data"):
        assert not stream.feed(part)
    assert not stream.feed(events("[DONE]", chat(content="6"))[4:])
    assert stream.done and "6" not in stream.text()


def test_wherever_a_stream_is_cut_it_is_told_or_all_is_there():
    body = events(*(chat(content=one) for one in "abcd"), ENDED, COUNTED, "[DONE]")
    whole = streamed(body)
    for cut in range(len(body)):
        stream = Stream()
        try:
            stream.feed(body[:cut])
            text = stream.text()
        except Garbled:
            continue
        assert stream.uncounted or read_completion("k", text) == whole


def test_no_more_is_taken_than_the_tokens_asked_for_can_have():
    stream, part = Stream(tokens=8), events(chat(content="4")) * 1000
    sizes = []
    with pytest.raises(Garbled, match="longer than the tokens"):
        while True:
            stream.feed(part)
            sizes.append(stream.size)
    assert len(part) * len(sizes) < 2 << 20
    assert all(after - before == 1000 for before, after in pairwise(sizes))


def test_nothing_that_is_nested_gets_past():
    for depth in range(900, 1000, 7):
        told = '{"a": ' * depth + "1" + "}" * depth
        body = events(chat(content="4"), f'{{"choices": [], "usage": {told}}}', ENDED, "[DONE]")
        with suppress(Garbled, NoCompletion):
            streamed(body)
