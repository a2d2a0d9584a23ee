"""Each item is put in every wording and order, and choices are told by the option chosen."""

import re
from pathlib import Path
from typing import Any

from mores.evaluations.cdeval.items import Framed, framed
from mores.method.answers import Answering, answer_country
from mores.method.items import Bank
from mores.method.replies import REFUSAL
from mores.method.stage import Stage

# Capitals alone: "the answer is a matter of taste" names none.
STATED = re.compile(
    r"(?:\\boxed\{|\b(?i:answer|option|choice)\b\W*(?:is\b|would be\b)?\W*?)([A-H])\b(?!')"
)
LEADING = re.compile(r"^[^\w\n]*([A-H])(?:[.):,*]|\W*$)", re.M)
LABELS = {"A": 1, "B": 2}


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
        choice, invalid = parse_letter(row["answer"])
        row = row | {"choice": choice, "invalid": invalid}
    return row | {"option": item.pole(row["choice"])}


def parse_letter(text: str) -> tuple[int | None, str | None]:
    """The place that a letter in an answer names, or the reason there is none.

    A letter called the answer counts before one that opens a line; an article counts as none.
    """
    letters = STATED.findall(text)[-1:] or LEADING.findall(text)
    if not letters:
        return None, "refused" if REFUSAL.search(text) else "no_number"
    if len(set(letters)) > 1:
        return None, "ambiguous"
    choice = LABELS.get(letters[0])
    return choice, None if choice else "not_an_option"
