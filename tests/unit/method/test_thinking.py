import pytest

from mores.method.replies import split_thinking
from mores.method.requests import Request
from mores.method.thinking import ask_thinking

SAMPLING = {"temperature": 0.6, "top_p": 0.95, "max_tokens": 64, "seed": 5}
ENDED = "\n</think>\n\n"


def script(endpoint, *replies):
    told = iter(replies)
    endpoint.reply = lambda body: next(told)


def ask(stage, thinking, *said):
    """Texts of replies to user turns."""
    requests = [Request(({"role": "user", "content": text},), SAMPLING) for text in said]
    return ask_thinking(stage, requests, thinking, "test")


def opened(said):
    """What the demo model's template makes of a user turn."""
    return f"<|user|>\n{said}<|end|>\n<|assistant|>\n<think>\n"


def test_full_thinking_is_a_plain_chat_request(stage, endpoint):
    endpoint.reply = lambda body: "so\n</think>\n\n2"
    (completion,) = ask(stage, "full", "Which?")
    assert completion.text == "so\n</think>\n\n2"
    (body,) = endpoint.bodies
    assert body["messages"] == [{"role": "user", "content": "Which?"}]
    assert "prompt" not in body and body["max_tokens"] == 64


def test_left_out_thinking_makes_the_reply_begin_with_its_end(stage, endpoint):
    endpoint.reply = lambda body: "2"
    (completion,) = ask(stage, "none", "Which?")
    (body,) = endpoint.bodies
    assert body["prompt"] == opened("Which?") + ENDED
    assert body["add_special_tokens"] is False
    assert "messages" not in body
    assert {name: body[name] for name in SAMPLING} == SAMPLING
    assert completion.text == "\n</think>\n\n2"
    assert split_thinking(completion.text) == ("", "2")


def test_thinking_that_ends_within_the_cap_stays_as_it_came(stage, endpoint):
    endpoint.reply = lambda body: "so\n</think>\n\n2"
    (completion,) = ask(stage, 16, "Which?")
    (body,) = endpoint.bodies
    assert (body["max_tokens"], "prompt" in body) == (16, False)
    assert completion.text == "so\n</think>\n\n2"


def test_thinking_longer_than_the_cap_is_ended_and_the_answer_asked_for(stage, endpoint):
    script(endpoint, ("on the one hand", "length"), "2")
    (completion,) = ask(stage, 16, "Which?")
    first, second = endpoint.bodies
    assert first["max_tokens"] == 16
    assert second["prompt"] == opened("Which?") + "on the one hand" + ENDED
    assert (second["max_tokens"], second["add_special_tokens"]) == (48, False)
    assert first["seed"] == second["seed"] == 5
    assert completion.text == "on the one hand\n</think>\n\n2"
    assert split_thinking(completion.text) == ("on the one hand", "2")
    assert completion.finish_reason == "stop"


def test_a_reply_cut_in_its_answer_goes_on_where_it_was_cut(stage, endpoint):
    script(endpoint, ("so\n</think>\n\nThe ans", "length"), "wer is 2")
    (completion,) = ask(stage, 16, "Which?")
    assert endpoint.bodies[1]["prompt"] == opened("Which?") + "so\n</think>\n\nThe ans"
    assert completion.text == "so\n</think>\n\nThe answer is 2"


def test_thinking_that_a_server_gave_apart_is_opened_once_when_continued(stage, endpoint):
    # What read_completion makes of a reasoning parser's `reasoning_content`.
    script(endpoint, ("<think>\non the one hand", "length"), "2")
    ask(stage, 16, "Which?")
    assert endpoint.bodies[1]["prompt"].count("<think>") == 1


def test_an_answer_that_is_cut_at_last_is_told_as_cut(stage, endpoint):
    script(endpoint, ("on the one hand", "length"), ("well, the", "length"))
    (completion,) = ask(stage, 16, "Which?")
    assert completion.finish_reason == "length"


def test_only_replies_that_were_cut_are_continued_and_the_order_stays(stage, endpoint):
    script(endpoint, ("a a", "length"), "b\n</think>\n\n1", ("c c", "length"), "2", "3")
    texts = [completion.text for completion in ask(stage, 16, "A?", "B?", "C?")]
    assert texts == ["a a\n</think>\n\n2", "b\n</think>\n\n1", "c c\n</think>\n\n3"]
    assert [body["prompt"] for body in endpoint.bodies[3:]] == [
        opened("A?") + "a a" + ENDED,
        opened("C?") + "c c" + ENDED,
    ]


def test_tokens_are_counted_over_both_parts(stage, endpoint):
    script(endpoint, ("on the one hand", "length"), "it is 2")
    (completion,) = ask(stage, 16, "Which?")
    assert completion.completion_tokens == 4 + 3


def test_tokens_of_a_reply_that_was_not_cut_are_its_own(stage, endpoint):
    endpoint.reply = lambda body: "so </think> 2"
    (completion,) = ask(stage, 16, "Which?")
    assert (completion.prompt_tokens, completion.completion_tokens) == (3, 3)


def test_full_and_left_out_thinking_are_journalled_apart(stage, endpoint):
    endpoint.reply = lambda body: "2"
    (full,), (none,) = ask(stage, "full", "Which?"), ask(stage, "none", "Which?")
    assert full.key != none.key
    assert len(endpoint.bodies) == 2


def test_what_was_asked_before_is_not_asked_again(stage, endpoint):
    script(endpoint, ("on the one hand", "length"), "2")
    had = ask(stage, 16, "Which?")
    assert ask(stage, 16, "Which?") == had
    assert len(endpoint.bodies) == 2


@pytest.mark.parametrize("thinking", ["none", 16])
def test_nothing_asked_needs_no_engine(stage, endpoint, thinking):
    assert ask(stage, thinking) == []
    assert endpoint.bodies == []
