"""Distributions that a model states: a percentage for each option, read from its answer."""

import re
from typing import Any, Literal

from mores.method.choice import REFUSAL
from mores.method.items import Item
from mores.method.replies import read_answer
from mores.method.requests import Completion

Distribution = Literal["samples", "stated", "options"]
# An option's number where a line or a part of one begins, and after its words, if any, a colon and
# a percentage.
STATED = re.compile(
    r"(?:^[ \t]*(?:[-*\u2022][ \t]+)?|[,;{|])[^\w\n-]*"
    r"(?:option\s+)?(?P<code>-?\d{1,4})\b[^\n%;|]*?(?::|=|\||\u2013|\u2014| - )[^\w\n-]*"
    r"(?P<share>\d{1,6}(?:\.\d{1,12})?)(?![\w.]|,\d)[ \t]*%?",
    re.M | re.I,
)
WHOLES = (100, 1)  # percentages, or shares
TOLERANCE = 0.02  # of a whole: numbers are rounded


def parse_shares(text: str, item: Item) -> tuple[dict[str, float] | None, str | None]:
    """Shares by code that an answer states, or the reason there are none; nothing is guessed.

    An option that is not named has none: the others sum to the whole. Reasons: `refused`;
    `no_number`, no option with a percentage; `not_an_option`, one that the item lacks;
    `ambiguous`, an option named twice, or a sum that is neither 100 nor 1 within two in a hundred.
    """
    stated = [(int(found["code"]), float(found["share"])) for found in STATED.finditer(text)]
    shares = dict(stated)
    if not shares:
        return None, "refused" if REFUSAL.search(text) else "no_number"
    if not shares.keys() <= set(item.codes):
        return None, "not_an_option"
    total = sum(shares.values())
    whole = min(WHOLES, key=lambda one: abs(total / one - 1))
    if len(shares) < len(stated) or abs(total / whole - 1) > TOLERANCE:
        return None, "ambiguous"
    return {str(code): shares.get(code, 0.0) / total for code in item.codes}, None


def read_stated(completion: Completion, item: Item, left_open: bool = False) -> dict[str, Any]:
    """A reply read as a distribution: its `shares`, and as the choice the largest of them.

    Of equally large shares the first is the choice. `answer` becomes the choice, which is what
    scores of single answers look at; `text` keeps what was said.
    """
    row = read_answer(completion, item, left_open)
    if row["invalid"] == "cut":
        return row | {"shares": None}
    shares, invalid = parse_shares(row["answer"], item)
    choice = max(item.codes, key=lambda code: shares[str(code)]) if shares else None
    answer = row["answer"] if choice is None else str(choice)
    return row | {"answer": answer, "choice": choice, "invalid": invalid, "shares": shares}
