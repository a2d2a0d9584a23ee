"""Leaks: what a text tells of the items that are scored, though it may tell of training items."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from mores.method.copies import Wordings, are_sisters, pairs, words
from mores.method.items import Bank, Item

COPY = 0.6  # of a wording, and of its own pairs of words; docs/scores.md says how it was measured
LONG_ANSWER = 5  # words of an option that nobody says by chance
# An id that nothing else would be: Q106, CU07; not Q1, as a list may count.
TELLING = re.compile(r"(?=.*[^\W\d_])(?=.*\d.*\d)[\w.-]+")
TOKEN = re.compile(r"[\w.-]*\w")


@dataclass(frozen=True)
class Scored:
    """The items of a bank that are scored: `test` are their ids, all others are for training."""

    bank: Bank
    test: frozenset[str]

    @cached_property
    def wordings(self) -> Wordings:
        """Their wordings; those of training items may be told, with their options."""
        sought = {item.id: [item.wording, *item.wordings] for item in self._items(True)}
        return Wordings(sought, [text for item in self._items(False) for text in _texts(item)])

    @cached_property
    def sisters(self) -> dict[str, set[str]]:
        """By training item the test items that ask in the same words about something else."""
        test = {item.id: pairs(item.wording) for item in self._items(True)}
        return {
            item.id: {name for name, one in test.items() if are_sisters(one, pairs(item.wording))}
            for item in self._items(False)
        }

    @cached_property
    def answers(self) -> dict[tuple[str, ...], str]:
        """By its words an option that is long and one test item's alone, and that item."""
        told = {tuple(words(text)) for item in self._items(False) for text in _texts(item)}
        offered = [(tuple(words(one)), item.id) for item in self._items(True) for one in _all(item)]
        often = Counter(said for said, _ in offered)
        return {
            said: name
            for said, name in offered
            if len(said) >= LONG_ANSWER and often[said] == 1 and said not in told
        }

    def leak(self, text: str, share: float, nearest: str) -> str | None:
        """What a text tells of a test item, or None.

        `share` and `nearest` are what `wordings.nearest` finds in it.
        """
        for token in TOKEN.findall(text):
            if token in self.test and TELLING.fullmatch(token):
                return f"names the test item {token}"
        if share >= COPY:
            return f"has {share:.0%} of the wording of the test item {nearest}"
        said = words(text)
        for length in {len(answer) for answer in self.answers}:
            for place in range(len(said) - length + 1):
                if name := self.answers.get(tuple(said[place : place + length])):
                    answer = " ".join(said[place : place + length])
                    return f"has an answer of the test item {name}: {answer!r}"
        return None

    def _items(self, scored: bool) -> list[Item]:
        return [item for item in self.bank.items.values() if (item.id in self.test) == scored]


def _all(item: Item) -> tuple[str, ...]:
    return item.options or item.between or ()


def _texts(item: Item) -> list[str]:
    return [item.wording, *item.wordings, *_all(item)]
