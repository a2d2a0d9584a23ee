"""What replies cost: tokens read and written, by step, model and way."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from mores.report.headline import read_rows
from mores.spec import Section

MEAN, REFERENCE = "MEAN", "reference"
COLUMNS = ("step", "model", "way", "replies", "prompt_tokens", "completion_tokens")


class Sampled(Section):
    """Who said what stands in a file of traces, and which tuning asked for it, if one did."""

    model: str
    tuning: str = ""


class Spent(NamedTuple):
    """What one file, or one row of a table, cost."""

    step: str
    model: str
    way: str
    replies: int
    prompt_tokens: float
    completion_tokens: float


def of_rows(step: str, model: str, way: str, rows: Iterable[dict[str, Any]]) -> Spent:
    """What the replies of a file cost; nothing where whoever replied counted no tokens."""
    kept = [row for row in rows if row.get("text") is not None]
    read, written = (
        sum(row.get(name) or 0 for row in kept) for name in ("prompt_tokens", "completion_tokens")
    )
    return Spent(step, model, way, len(kept), read, written)


def of_scores(scores: str) -> list[Spent]:
    """What the answers of the scores table cost, whose tokens stand there as means per answer."""
    found = []
    for row in read_rows(scores):
        if row["country"] != MEAN and row["model"] != REFERENCE:
            count = int(row["n_answers"] or 0)
            read, written = (
                count * float(row[name] or 0) for name in ("prompt_tokens", "completion_tokens")
            )
            found.append(Spent("answers", row["model"], row["method"], count, read, written))
    return found


def costs_table(spent: Iterable[Spent]) -> str:
    """The sums by step, model and way, as TSV."""
    sums: dict[tuple[str, str, str], list[float]] = {}
    for one in spent:
        row = sums.setdefault(one[:3], [0, 0, 0])
        row[:] = [total + more for total, more in zip(row, one[3:], strict=True)]
    lines = [[*names, *(str(round(one)) for one in row)] for names, row in sums.items()]
    return "".join("\t".join(line) + "\n" for line in [[*COLUMNS], *lines])
