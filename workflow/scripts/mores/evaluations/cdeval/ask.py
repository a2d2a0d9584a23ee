"""Each item is put in every wording and order, and choices are told by the option chosen."""

import re
from pathlib import Path
from typing import Any

from mores.evaluations.cdeval.items import Framed, framed
from mores.method.answers import Answering, answer_country
from mores.method.choice import parse_choice
from mores.method.items import Bank, Item
from mores.method.stage import Stage

# A letter that stands alone; the A before another word is an article, unless that word joins.
LETTER = re.compile(
    r"(?<![\w'\u2019-])(?:[B-H]|A(?!\s+[a-z])|A(?=\s+(?:or|and|is|to|because|since)\b))"
    r"(?![\w'\u2019-])"
)


def answer(
    spec: Answering,
    stage: Stage,
    questions: Bank,
    norms: list[dict] | None = None,
    examples: list[dict] | None = None,
    neutral: Path | None = None,
) -> list[dict[str, Any]]:
    """The rows of `answer_country`, with `option`: 1 for the high pole, 2 for the low one."""
    rows = answer_country(spec, stage, questions, norms, examples, neutral)
    return [_read(row, framed(questions, row["item"])) for row in rows]


def _read(row: dict[str, Any], item: Framed) -> dict[str, Any]:
    if item.variant == "letters" and row["invalid"] != "cut":
        choice, invalid = parse_letter(row["answer"], item)
        row = row | {"choice": choice, "invalid": invalid}
    return row | {"option": item.pole(row["choice"])}


def parse_letter(text: str, item: Item) -> tuple[int | None, str | None]:
    """The place that a letter names, or the reason there is none, as of numbers.

    Where options have letters a number names none of them.
    """
    lettered = re.sub(r"\d", "#", text)
    return parse_choice(LETTER.sub(lambda one: str(ord(one[0]) - ord("A") + 1), lettered), item)
