"""Thinking in full, left out, or ended after so many tokens."""

from collections.abc import Sequence
from dataclasses import replace

from mores.method.chat import END_THINKING, Chat
from mores.method.requests import Completion, Request
from mores.method.stage import Stage
from mores.method.tags import CLOSE


def ask_thinking(
    stage: Stage, requests: list[Request], thinking: str | int, label: str
) -> list[Completion]:
    """Completions of chat requests whose thinking is `full`, `none`, or so many tokens at most.

    Where thinking is left out or ended for the model, the text holds what the reply was made to
    begin with, and tokens are counted over both parts.
    """
    if thinking == "full":
        return stage.ask(requests, label)
    chat = stage.chat()
    if thinking == "none":
        return _continue(stage, requests, [chat.unthinking] * len(requests), chat, label)
    return _ask_capped(stage, requests, int(thinking), chat, label)


def _ask_capped(
    stage: Stage, requests: list[Request], cap: int, chat: Chat, label: str
) -> list[Completion]:
    """First the thinking, `cap` tokens at most; then, where it was cut, the rest after its end."""
    capped = [
        replace(request, sampling=request.sampling | {"max_tokens": cap}) for request in requests
    ]
    first = stage.ask(capped, label)
    cut = [index for index, completion in enumerate(first) if completion.finish_reason == "length"]
    rest = [
        replace(
            requests[index],
            sampling=requests[index].sampling
            | {"max_tokens": requests[index].sampling["max_tokens"] - cap},
        )
        for index in cut
    ]
    openings = [_ended(chat.reply(first[index].text), chat) for index in cut]
    second = _continue(stage, rest, openings, chat, label) if rest else []
    together = list(first)
    for index, completion in zip(cut, second, strict=True):
        spent = first[index].completion_tokens + completion.completion_tokens
        asked = first[index].prompt_tokens
        together[index] = replace(completion, prompt_tokens=asked, completion_tokens=spent)
    return together


def _ended(text: str, chat: Chat) -> str:
    """A reply cut in its thinking, with the thinking ended; one cut in its answer as it is."""
    thinks = chat.unthinking and CLOSE not in text
    return text + END_THINKING if thinks else text


def _continue(
    stage: Stage, requests: Sequence[Request], openings: list[str], chat: Chat, label: str
) -> list[Completion]:
    """Completions whose replies begin as given, with that beginning put before them."""
    continued = [
        replace(request, prompt=chat.prompt(request.messages) + opening)
        for request, opening in zip(requests, openings, strict=True)
    ]
    return [
        replace(completion, text=opening + completion.text)
        for opening, completion in zip(openings, stage.ask(continued, label), strict=True)
    ]
