"""Option probabilities: how likely each option was where a reply names its own.

A reply is asked for again up to its label, after the thinking that was sampled, and the server
tells how likely each token is there. A label of several tokens (10 where digits are single) is
followed token by token. What is no option is left out, and the rest scaled to sum to 1.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mores.errors import InputError
from mores.method.choice import read_choice
from mores.method.items import Item
from mores.method.replies import Reader
from mores.method.requests import Completion, Request
from mores.method.stage import Stage
from mores.method.tags import CLOSE

TOP = 20  # tokens whose probability a server tells, as vLLM does unless it is told otherwise
ONE_TOKEN = {"temperature": 0.0, "max_tokens": 1, "logprobs": TOP}


@dataclass
class Place:
    """Where a reply names an option: all text before it, and the labels that could stand there."""

    messages: tuple[dict[str, str], ...]
    before: str
    labels: tuple[str, ...]
    open: dict[str, float] = field(default_factory=lambda: {"": 1.0})
    """Beginnings of several labels, with their probability."""
    shares: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Labels with theirs."""

    def request(self, begun: str) -> Request:
        """What asks for the next token; the first one must begin a label."""
        choices = {"structured_outputs": {"choice": list(self.labels)}} if not begun else {}
        return Request(self.messages, ONE_TOKEN | choices, prompt=self.before + begun)

    def follow(self, begun: str, logprobs: Mapping[str, float]) -> None:
        """Part the probability of a beginning among what may follow it."""
        of = self.open.pop(begun)
        longer: dict[str, float] = defaultdict(float)
        for token, logprob in logprobs.items():
            text = begun + (token if begun else token.strip())
            if text != begun and self._led_to(text):
                longer[text] += math.exp(logprob)
        if begun in self.labels:  # which any other token ends
            longer[begun] = max(0.0, 1 - sum(longer.values()))
        total = sum(longer.values())
        for text, share in longer.items() if total else ():
            done = text == begun or self._led_to(text) == [text]
            target = self.shares if done else self.open
            target[text] = target.get(text, 0.0) + of * share / total

    def _led_to(self, text: str) -> list[str]:
        return [label for label in self.labels if label.startswith(text)]

    def by_code(self, item: Item) -> dict[str, float] | None:
        """Shares by code, or None where no option was among the likely tokens."""
        ends = dict.fromkeys(self.labels, 0.0)
        for text, share in self.shares.items():
            ends[self._led_to(text)[0]] += share
        total = sum(ends.values())
        return {str(code): ends[item.label(code)] / total for code in item.codes} if total else None


def place_of(
    stage: Stage, request: Request, completion: Completion, item: Item, choice: int
) -> Place | None:
    """The place where an answer names the option that was read; None where it does so in words.

    That is the first place that says so: what is said of an option after it was named is no choice
    any more.
    """
    text = stage.chat().reply(completion.text)
    thought, closed, answer = text.rpartition(CLOSE)
    code, _, at = read_choice(answer, item)
    if code != choice or not re.match(rf"{re.escape(item.label(choice))}(?!\w)", answer[at:]):
        return None
    before = stage.chat().prompt(request.messages) + thought + closed + answer[:at]
    return Place(request.messages, before, tuple(item.label(code) for code in item.codes))


def ask_options(stage: Stage, places: Iterable[Place], label: str) -> None:
    """Follow all labels to their ends; InputError where a server tells no probabilities."""
    asked = list(places)
    while ahead := [(place, begun) for place in asked for begun in place.open]:
        requests = [place.request(begun) for place, begun in ahead]
        for (place, begun), completion in zip(ahead, stage.ask(requests, label), strict=True):
            if completion.logprobs is None:
                raise InputError(
                    "methods: `distribution: options` needs a server that tells logprobs of "
                    "/v1/completions, as vLLM does; this one does not: leave it out"
                )
            place.follow(begun, completion.logprobs)


def with_options(
    stage: Stage,
    items: Sequence[Item],
    requests: Sequence[Request],
    completions: Sequence[Completion],
    read: Reader,
    label: str,
) -> Reader:
    """A reader that adds to what `read` reads the `shares` of all options, by code.

    An invalid answer has none. The choice stays the one that was sampled.
    """
    places: dict[tuple[str, str], Place] = {}
    for item, request, completion in zip(items, requests, completions, strict=True):
        choice = read(completion, item, stage.left_open(completion))["choice"]
        if choice is None:
            continue
        if place := place_of(stage, request, completion, item, choice):
            places[completion.key, item.id] = place
    ask_options(stage, places.values(), f"{label}, options")

    def reader(completion: Completion, item: Item, left_open: bool = False) -> dict[str, Any]:
        place = places.get((completion.key, item.id))
        shares = place.by_code(item) if place else None
        return read(completion, item, left_open) | {"shares": shares}

    return reader
