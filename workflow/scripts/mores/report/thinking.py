"""Thinking for the page: of each item one sample of what a model thought, cut to what fits."""

from typing import Any

from mores.report.columns import columns_of
from mores.spec import Section

LONGEST = 400  # characters of a sample
BUDGET = 20_000_000  # of all samples on a page, before they are compressed
CUT = " \N{HORIZONTAL ELLIPSIS} "
COLUMNS = ("country", "model", "method", "item", "answer", "thinking")


class Showing(Section):
    """Whose thinking is shown."""

    countries: tuple[str, ...]
    """In the order of the files of answers."""


class Thought(Section):
    """Whose samples stand in a file of them."""

    model: str
    method: str


def show_thinking(spec: Showing, answers: list[list[dict]]) -> list[dict[str, Any]]:
    """A row for each country and item: the first sample that thought anything, if one did."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for country, rows in zip(spec.countries, answers, strict=True):
        for row in rows:
            if row["thinking"]:
                said = {
                    "answer": row.get("choice"),
                    "thinking": shortened(row["thinking"], LONGEST),
                }
                named = {"country": country, "item": row["item"]}
                found.setdefault((country, row["item"]), named | said)
    return [*found.values()]


def shortened(text: str, longest: int) -> str:
    """A text in one line, of at most so many characters: its beginning and its end."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    half = (longest - len(CUT)) // 2
    return f"{text[:half].rstrip()}{CUT}{text[-half:].lstrip()}"


def thinking_table(thoughts: tuple[Thought, ...], files: list[list[dict]]) -> dict[str, Any]:
    """All samples as a table of the page, cut further where they are many."""
    rows = [
        {"model": one.model, "method": one.method, **row}
        for one, file in zip(thoughts, files, strict=True)
        for row in file
    ]
    longest = min(LONGEST, BUDGET // max(len(rows), 1))
    cut = [row | {"thinking": shortened(row["thinking"], longest)} for row in rows]
    return columns_of(COLUMNS, cut)
