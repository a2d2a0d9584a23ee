"""The option that an answer names, or the reason why it names none.

A number is read where the answer says that it is the one: after a verdict ("the answer is 3", "I
would choose option 3", a box), or alone on a line; else where one opens a line; else where the
answer has no other. Numbers that differ where one is read are ambiguous: nothing is guessed.
"""

import re

from mores.method.items import Item

# Whole, so that a part of a long or broken number is never taken for it.
NUMBER = r"(?>-?\d+(?:[.,]\d+)?)"
VERBS = r"(?:choose|pick|select|say|answer|go with|opt for)"
VERDICT = (
    r"(?i:\\boxed\{(?:\\text\{)?"
    rf"|(?:\b(?:I|would|will|to)|['\u2019](?:d|ll))\s+{VERBS}\b"
    r"|\b(?:answer|choice|option)\b\W{0,4}?(?:\bis\b|\bwould be\b|[:=]))"
    r"\W{0,8}?(?i:(?:the\s+)?(?:option|number)\b\W{0,8}?)?"
)
# What follows a number that is one of several, or of which something is only said.
NOT_ALONE = (
    r"(?![ \t]*(?:[-\u2013\u2014/,&][ \t]*)?"
    rf"(?:(?i:or|and|to|is|are|was|would|might|could|may)\b|{NUMBER}))"
)
OPENING = r"^[^\w\n-]*"
STATED = re.compile(rf"{VERDICT}({NUMBER}){NOT_ALONE}")
ALONE = re.compile(rf"{OPENING}({NUMBER})[^\w\n]*$", re.M)
LEADING = re.compile(
    rf"{OPENING}(?i:(?:option|answer|choice)\b[^\w\n-]*)?({NUMBER}){NOT_ALONE}"
    r"[ \t]*(?:[.):,\u2013\u2014-](?!\d)|$)",
    re.M,
)
ANY = re.compile(rf"(?<!\d){NUMBER}")
# Numbers that an answer mentions to put them aside: "not option 4", "rather than 3".
PUT_ASIDE = re.compile(
    r"(?i:(?:\b(?:not|never|nor|than|instead of)|n['\u2019]t)\s+"
    rf"(?:(?:{VERBS}|the|an?|option|number)\s+){{0,3}}){NUMBER}"
)
REFUSAL = re.compile(
    r"\b(?:i (?:can(?:no|['\u2019])t|am (?:unable|not able) to|won['\u2019]t|refuse to)"
    r" (?:answer|choose|select|pick|provide|give|help|assist|respond|comply|engage)"
    r"|as an ai|not appropriate to)\b",
    re.I,
)


def parse_choice(text: str, item: Item) -> tuple[int | None, str | None]:
    """The code of the option that a final answer names, or the reason there is none.

    Reasons: `refused`, `no_number`, `ambiguous`, `not_an_option`. No text raises an error.
    """
    kept = PUT_ASIDE.sub(" ", text)
    stated = STATED.findall(kept) + ALONE.findall(kept)
    if not stated and REFUSAL.search(text):
        return None, "refused"
    numbers = stated or LEADING.findall(kept) or ANY.findall(kept)
    named = {_value(number, item) for number in numbers}
    if len(named) != 1:
        return None, "ambiguous" if named else "no_number"
    code = next((code for code in item.codes if code in named), None)
    return code, "not_an_option" if code is None else None


def _value(number: str, item: Item) -> float:
    """A number's value, which need not be a code.

    On a numeric scale "2.2" is the option 2 with its text, as "2. Agree" is on another.
    """
    whole, _, rest = number.replace(",", ".").partition(".")
    value = float(whole)  # which takes any number of digits
    if rest == whole and value in item.codes and item.is_numeric(int(value)):
        return value
    return float(f"{whole}.{rest or 0}")
