"""The option that an answer names, or the reason why it names none.

A number is read where the answer says that it is the one: after a verdict ("the answer is 3", "I
would choose option 3", a box), or alone on a line; else where one opens a line; else where the
answer has no other. Numbers that differ where one is read are ambiguous: nothing is guessed.
Letters are read alike where options are answered with letters.
"""

import re

from mores.method.items import Item

VERBS = r"(?:choose|pick|select|say|answer|go with|opt for)"
VERDICT = (
    r"(?i:\\boxed\{(?:\\text\{)?"
    rf"|(?:\b(?:I|would|will|to)|['\u2019](?:d|ll))\s+{VERBS}\b"
    r"|\b(?:answer|choice|option)\b\W{0,4}?(?:\bis\b|\bwould be\b|[:=]))"
    r"\W{0,8}?(?i:(?:the\s+)?(?:option|number|letter)\b\W{0,8}?)?"
)
OPENING = r"^[^\w\n-]*"
REFUSAL = re.compile(
    r"\b(?:i (?:can(?:no|['\u2019])t|am (?:unable|not able) to|won['\u2019]t|refuse to)"
    r" (?:answer|choose|select|pick|provide|give|help|assist|respond|comply|engage)"
    r"|as an ai|not appropriate to)\b",
    re.I,
)


class Reading:
    """Where in an answer the labels of options are read; `label` is how one looks."""

    def __init__(self, label: str, anywhere: str):
        # What follows a label that is one of several, or of which something is only said.
        further = (
            r"(?![ \t]*(?:[-\u2013\u2014/,&][ \t]*)?"
            rf"(?:(?i:or|and|to|is|are|was|would|might|could|may)\b|{label}))"
        )
        self.stated = re.compile(rf"{VERDICT}({label}){further}")
        self.alone = re.compile(rf"{OPENING}({label})[^\w\n]*$", re.M)
        self.leading = re.compile(
            rf"{OPENING}(?i:(?:option|answer|choice)\b[^\w\n-]*)?({label}){further}"
            r"[ \t]*(?:[.):,\u2013\u2014-](?!\d)|$)",
            re.M,
        )
        self.anywhere = re.compile(anywhere)
        # What an answer mentions to put it aside: "not option 4", "rather than 3".
        self.put_aside = re.compile(
            r"(?i:(?:\b(?:not|never|nor|than|instead of)|n['\u2019]t)\s+"
            rf"(?:(?:{VERBS}|the|an?|option|number|letter)\s+){{0,3}}){label}"
        )


# Whole, so that a part of a long or broken number is never taken for it.
NUMBER = r"(?>-?\d+(?:[.,]\d+)?)"
LETTER = r"[A-Z](?![\w'\u2019])"
READINGS = {
    "number": Reading(NUMBER, rf"(?<!\d){NUMBER}"),
    # The words I and A are no letters.
    "letter": Reading(
        LETTER, rf"(?<![\w'\u2019])(?!I\b|A\s+(?!(?:or|and|to|is|would)\b)\w){LETTER}"
    ),
}


def parse_choice(text: str, item: Item) -> tuple[int | None, str | None]:
    """The code of the option that a final answer names, or the reason there is none.

    Reasons: `refused`, `no_number` (or letter), `ambiguous`, `not_an_option`. No text raises an
    error.
    """
    reading = READINGS[item.unit]
    kept = reading.put_aside.sub(" ", text)
    stated = reading.stated.findall(kept) + reading.alone.findall(kept)
    if not stated and REFUSAL.search(text):
        return None, "refused"
    labels = stated or reading.leading.findall(kept) or reading.anywhere.findall(kept)
    named = {_value(label, item) for label in labels}
    if len(named) != 1:
        return None, "ambiguous" if named else "no_number"
    code = next((code for code in item.codes if _value(item.label(code), item) in named), None)
    return code, "not_an_option" if code is None else None


def _value(label: str, item: Item) -> float | str:
    """What a label says: a letter itself, a number's value, which need not be a code.

    On a numeric scale "2.2" is the option 2 with its text, as "2. Agree" is on another.
    """
    if item.unit == "letter":
        return label
    whole, _, rest = label.replace(",", ".").partition(".")
    value = float(whole)  # which takes any number of digits
    if rest == whole and value in item.codes and item.is_numeric(int(value)):
        return value
    return float(f"{whole}.{rest or 0}")
