"""Norms as words: what one is about, which way it points, and the same norm turned round.

A rule of thumb for English sentences: stems and lists of words, no model.
"""

import re
from dataclasses import dataclass

WORD = re.compile(r"[a-z]+(?:'t)?")


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split())


FUNCTION = _all(
    """a about an and any are as at be been before being but by can come comes do does for from get
    go has have here how if in into is it its may more most mostly much must of on one or our
    over seen shall should so such than that the their them there these they this those through
    to towards very was we were what when where which who whom with would you your take takes
    taken taking great deal highly widely firmly strongly generally few many all think feel felt
    every"""
)
# Words that any norm of any country may have, whatever it is on.
VAGUE = _all(
    """people society country nation culture cultural community person everyone everybody value
    important tradition traditional norm norms behave respect life live living good right thing
    care opinion different believe belief matter way others identity social harmony balance
    appreciate like strong try follow shape family world human individual hold held"""
)
NEGATIVE = _all(
    """not no never nothing nobody none neither nor without cannot don't doesn't isn't aren't
    reject against oppose refuse rarely rare seldom hardly scarcely little less low few weaken
    harmful dislike bad wrong avoid unwilling"""
)
PREFIXED = {
    "unimportant": "important",
    "unacceptable": "acceptable",
    "unwelcome": "welcome",
    "uncommon": "common",
    "insecure": "secure",
    "distrust": "trust",
    "disagree": "agree",
    "dislike": "like",
    "unjustified": "justified",
}
# Words that point the other way without meaning another thing.
OPPOSITE = {
    "weaken": "strengthen",
    "harmful": "good",
    "bad": "good",
    "wrong": "right",
    "low": "high",
    "after": "before",
}
SIGNS = frozenset(NEGATIVE - OPPOSITE.keys()) | {"always", "embrace", "high", "count"}
TURNS = (
    (r"\b(do|does|should|is|are|must|can) not\b", r"\1"),
    (r"\bnever\b", "always"),
    (r"\balways\b", "never"),
    (r"\b(?:rarely|seldom|hardly ever)\b", "often"),
    (r"\boften\b", "rarely"),
    (r"\bmore important\b", "less important"),
    (r"\bless important\b", "more important"),
    (r"\bhave no\b", "have"),
    (r"\bunimportant\b", "important"),
    (r"\bunacceptable\b", "acceptable"),
    (r"\bimportant\b", "unimportant"),
    (r"\bacceptable\b", "unacceptable"),
    (r"\breject(s|ed)?\b", r"embrace\1"),
    (r"\bfirmly against\b", "firmly for"),
    (r"\bfirmly for\b", "firmly against"),
    (r"\bcounts for nothing\b", "counts for much"),
    (r"\bdistrust\b", "trust"),
    (r"\bdisagree\b", "agree"),
    (r"\bagree\b", "disagree"),
    (r"\b(should|is|are|must|can)\b", r"\1 not"),
    (r"^((?:most )?people(?: here| in [A-Z][\w ]*?)?) (generally |usually |often )?([a-z]+)\b",
     r"\1 do not \2\3"),
)  # fmt: skip


@dataclass(frozen=True)
class Sense:
    """What a norm is about, as stems, and whether it points that way or the other."""

    stems: frozenset[str]
    negative: bool

    @property
    def telling(self) -> frozenset[str]:
        """The stems that not any norm might have."""
        return self.stems - VAGUE_STEMS

    def alike(self, other: "Sense") -> float:
        """Telling stems that both have, of all that either has: 0..1."""
        either = self.telling | other.telling
        return len(self.telling & other.telling) / len(either) if either else 0.0


def sense(text: str, names: frozenset[str] = frozenset()) -> Sense:
    """The sense of a norm; `names` are words that name its country, which say nothing."""
    stems, negations = set(), 0
    for word in WORD.findall(text.lower()):
        if word in PREFIXED:
            negations += 1
            word = PREFIXED[word]
        elif word in NEGATIVE or stem(word) in NEGATIVE:
            negations += 1
        word = OPPOSITE.get(stem(word), OPPOSITE.get(word, word))
        if word not in FUNCTION and word not in names and stem(word) not in SIGNS:
            stems.add(stem(word))
    return Sense(frozenset(stems - {stem("people")}), negations % 2 == 1)


def stem(word: str) -> str:
    """A word without its most frequent endings; no linguist's stem."""
    for ending in ("ization", "ations", "ation", "ally", "ness", "ing", "ies", "ed", "al", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word.removesuffix(ending)
            break
    word = word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word
    return word.removesuffix("e") if len(word) > 4 else word


VAGUE_STEMS = frozenset(map(stem, VAGUE))


def turned(text: str) -> str | None:
    """The norm that says the opposite, or None where no rule turns it."""
    for pattern, replacement in TURNS:
        found, count = re.subn(pattern, replacement, text, count=1, flags=re.IGNORECASE)
        if count:
            return found[:1].upper() + found[1:]
    return None
