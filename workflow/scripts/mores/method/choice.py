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
# Words between a denial and the label that it puts aside.
BETWEEN = r"(?:able|to|think|believe|that|is|it|the|an?|option|number|letter)"
# What labels are as many of.
COUNTED = r"(?:(?:possible|different|given|answer)[ \t]+)?(?:options|choices|alternatives)\b"
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
        # What an answer mentions to put it aside: "not option 4", "rather than 3", "some would
        # say 2"; and what it counts with: "there are 4 options".
        self.put_aside = re.compile(
            r"(?i:(?:\b(?:neither|not|never|nor|than|instead of)|n['\u2019]t)\s+"
            rf"(?:(?:{VERBS}|{BETWEEN})\s+){{0,6}}){label}"
            rf"|(?i:\b(?:some|others|a few)[ \t]+(?:\w+[ \t]+){{0,3}}(?:{VERBS}|think)[ \t]+"
            rf"(?:(?:the|option|number|letter)[ \t]+){{0,2}}){label}"
            rf"|(?<![\w.,]){label}(?i:[ \t]+{COUNTED})"
        )


# Whole, so that a part of a long or broken number is never taken for it.
NUMBER = r"(?>-?\d+(?:[.,]\d+)*)"
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
LETTER = r"[A-Z](?![\w'\u2019])"
WORD = re.compile(r"[^\W\d]")
READINGS = {
    "number": Reading(NUMBER, rf"(?<!\d)({NUMBER})"),
    # The words I and A are no letters.
    "letter": Reading(
        LETTER, rf"(?<![\w'\u2019])(?!I\b|A\s+(?!(?:or|and|to|is|would)\b)\w)({LETTER})"
    ),
}


def parse_choice(text: str, item: Item) -> tuple[int | None, str | None]:
    """The code of the option that a final answer names, or the reason there is none.

    Reasons: `refused`, `no_number` (or letter), `ambiguous`, `not_an_option`. No text raises an
    error.
    """
    return read_choice(text, item)[:2]


def read_choice(text: str, item: Item) -> tuple[int | None, str | None, int]:
    """As `parse_choice`, and where in the text the option's label first stands as the answer."""
    reading = READINGS[item.unit]
    text = text.replace("\u2212", "-")  # a minus sign
    kept = reading.put_aside.sub(lambda found: " " * len(found[0]), text)
    stated = [*reading.stated.finditer(kept), *reading.alone.finditer(kept)]
    if not stated and REFUSAL.search(text):
        return None, "refused", -1
    leading = reading.leading.finditer(kept) if WORD.search(kept) else ()  # "1. 2. 3. 4."
    labels = stated or [*leading] or [*reading.anywhere.finditer(kept)]
    named = {_value(label[1], item) for label in labels}
    if len(named) != 1:
        return None, "ambiguous" if named else "no_number", -1
    code = next((code for code in item.codes if _value(item.label(code), item) in named), None)
    at = min(label.start(1) for label in labels)
    return code, "not_an_option" if code is None else None, at


def _value(label: str, item: Item) -> float | str:
    """What a label says: a letter itself, a number's value, which need not be a code.

    On a numeric scale "2.2" is the option 2 with its text, as "2. Agree" is on another; "1,000" is
    a thousand, and "1.2.3" no number.
    """
    if item.unit == "letter":
        return label
    if THOUSANDS.fullmatch(label):
        label = label.replace(",", "")
    whole, _, rest = label.replace(",", ".").partition(".")
    value = float(whole)  # which takes any number of digits
    if rest == whole and value in item.codes and item.is_numeric(int(value)):
        return value
    return label if "." in rest else float(f"{whole}.{rest or 0}")
