"""Near-copies: how much of a question's wording stands in a text, and not by way of its sisters.

Words are compared without case and signs, by pairs that follow one another (word bigrams); this is
the containment of Broder (1997). Questions of one battery share most of their words, and those that
norms are mined from may be told: so a wording's *own* pairs, which stand in nothing that may be
told, are counted apart, and the smaller of both shares counts.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

# Scripts that part no words are compared sign by sign.
UNPARTED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{UNPARTED}]|[^\W_{UNPARTED}]+(?:['\u2019][^\W_{UNPARTED}]+)*")
# A copy may be stretched to so many times its words.
STRETCH = 1.5
# Share of pairs that questions of one battery have in common.
BATTERY = 0.5

Pair = tuple[str, str]


def words(text: str) -> list[str]:
    """The words of a text, without case and signs."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def pairs(text: str) -> set[Pair]:
    """All pairs of words that follow one another."""
    return {*pairwise(words(text))}


@dataclass(frozen=True)
class Sought:
    """A wording that no text may hold: its pairs of words, and those that are its own."""

    name: str
    pairs: frozenset[Pair]
    own: frozenset[Pair]
    width: int
    """Words within which a copy stands."""

    def share(self, found: set[Pair]) -> float:
        """How much of the wording these pairs are, 0 to 1."""
        return min(
            len(found & self.pairs) / len(self.pairs),
            len(found & self.own) / len(self.own),
        )


class Wordings:
    """The wordings that are looked for; `told` are texts that may stand anywhere.

    `alike` are the names of those without a pair of their own: nothing tells them from `told`.
    """

    def __init__(self, sought: Mapping[str, Iterable[str]], told: Iterable[str]):
        may_stand: set[Pair] = set().union(*map(pairs, told))
        self.index: dict[Pair, list[Sought]] = defaultdict(list)
        self.alike: list[str] = []
        for name, wordings in sought.items():
            for wording in wordings:
                self._seek(name, wording, may_stand)

    def _seek(self, name: str, wording: str, may_stand: set[Pair]) -> None:
        all_pairs = frozenset(pairs(wording))
        own = all_pairs - may_stand
        if not own:
            self.alike.append(name)
            return
        sought = Sought(name, all_pairs, own, int(STRETCH * len(words(wording))) + 1)
        for pair in all_pairs:
            self.index[pair].append(sought)

    def nearest(self, text: str) -> tuple[float, str]:
        """The largest share of a wording that stands closely together in a text, and its name."""
        hits: dict[Sought, list[tuple[int, Pair]]] = defaultdict(list)
        for place, pair in enumerate(pairwise(words(text))):
            for sought in self.index.get(pair, ()):
                hits[sought].append((place, pair))
        best, name = 0.0, ""
        for sought, found in hits.items():
            if sought.share({pair for _, pair in found}) > best:
                share = _closest(sought, found)
                best, name = max((best, name), (share, sought.name), key=lambda one: one[0])
        return best, name


def _closest(sought: Sought, found: list[tuple[int, Pair]]) -> float:
    """The largest share that stands within the wording's width; `found` is in order of place."""
    best, end = 0.0, 0
    for begin, (place, _) in enumerate(found):
        while end < len(found) and found[end][0] < place + sought.width:
            end += 1
        if end - begin > best * len(sought.pairs):
            best = max(best, sought.share({pair for _, pair in found[begin:end]}))
    return best


def are_sisters(one: set[Pair], other: set[Pair]) -> bool:
    """Whether two wordings share at least half of the shorter one's pairs: a question's battery."""
    return len(one & other) >= BATTERY * max(1, min(len(one), len(other)))
