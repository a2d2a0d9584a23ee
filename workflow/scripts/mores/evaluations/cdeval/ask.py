"""Each item is put in every wording and order, and choices are told by the option chosen."""

import re
from functools import partial
from typing import Any

from mores.evaluations.cdeval.items import Framed
from mores.method.answers import answer_country
from mores.method.choice import parse_choice
from mores.method.items import Item
from mores.method.replies import read_answer
from mores.method.requests import Completion

# A letter that stands alone; the A before another word is an article, unless that word joins.
LETTER = re.compile(
    r"(?<![\w'\u2019-])(?:[B-H]|A(?!\s+[a-z])|A(?=\s+(?:or|and|is|to|because|since)\b))"
    r"(?![\w'\u2019-])"
)


def read_option(completion: Completion, item: Item, left_open: bool = False) -> dict[str, Any]:
    """A reply read, with `option` beside `choice`: 1 for the high pole, 2 for the low one."""
    assert isinstance(item, Framed)
    row = read_answer(completion, item, left_open)
    if item.variant == "letters" and row["invalid"] != "cut":
        choice, invalid = parse_letter(row["answer"], item)
        row |= {"choice": choice, "invalid": invalid}
    return row | {"option": item.pole(row["choice"])}


def parse_letter(text: str, item: Item) -> tuple[int | None, str | None]:
    """The place that a letter names, or the reason there is none, as of numbers.

    Where options have letters a number names none of them.
    """
    lettered = re.sub(r"\d", "#", text)
    return parse_choice(LETTER.sub(lambda one: str(ord(one[0]) - ord("A") + 1), lettered), item)


answer = partial(answer_country, read=read_option)
