"""Statements: which of several norms a text states, told by the words that they share.

A sentence states the norm of which it has the largest share of words, if that is large enough and
both deny or neither does. Words are compared by their first letters, without those that say little.
Norms of other countries stand beside a country's own, so that a norm which says the same with one
word changed ("firmly" for "mildly") is not taken for it. tests/unit/method/test_statements.py
measures precision and recall on labelled texts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mores.method.copies import words

ENOUGH = 0.6  # of a norm's words
STEM = 5  # letters by which words are compared
SENTENCE = re.compile(r"[.!?;]\s+|\n+")
SAYS_LITTLE = frozenset(
    words(
        """
        a about all also an and are as at be been being but by can could do does for from had has
        have here how i if in is it its just may more most much of on one or other our own people
        should so some such than that the their them then there these they this those to very was we
        were what when which who whom whose will with would you your norm norms country society
        """
    )
)
DENIES = frozenset(words("no not never nor none neither few without nobody nothing hardly seldom"))


@dataclass(frozen=True)
class Statement:
    """What a sentence says, as far as it is compared."""

    stems: frozenset[str]
    denies: bool

    @classmethod
    def of(cls, text: str) -> "Statement":
        """The words of a sentence that say something, and whether it denies."""
        said = words(text)
        denials = sum(word in DENIES or word.endswith(("n't", "n\u2019t")) for word in said)
        kept = {word[:STEM] for word in said if word not in SAYS_LITTLE | DENIES}
        return cls(frozenset(kept), denials % 2 == 1)

    def share_in(self, sentence: "Statement") -> float:
        """How much of this statement a sentence has, 0 to 1."""
        if not self.stems or self.denies != sentence.denies:
            return 0.0
        return len(self.stems & sentence.stems) / len(self.stems)


class Norms:
    """Norms of one topic, of all countries, among which a text's sentences are placed."""

    def __init__(self, norms: Iterable[str]):
        self.known = {norm: Statement.of(norm) for norm in norms}

    def stated_in(self, text: str) -> set[str]:
        """The norms that a text states; of equally near ones all."""
        return {norm for sentence in SENTENCE.split(text) for norm in self._nearest(sentence)}

    def _nearest(self, sentence: str) -> set[str]:
        said = Statement.of(sentence)
        shares = {norm: one.share_in(said) for norm, one in self.known.items()}
        largest = max(shares.values(), default=0.0)
        return {norm for norm, share in shares.items() if share >= max(ENOUGH, largest)}
