"""What a reader must be warned of beside a score: marks, and the thresholds they stand for."""

from math import sqrt
from statistics import NormalDist, median

import numpy as np

MANY_INVALID = 0.2
"""Share of answers that name no option, above which a score says little."""
FEW_RESPONDENTS = 200
"""Respondents an item (median), below which a country's most frequent answers are unsure."""
UNDECIDED_GOLD = 0.25
"""Share of items whose most frequent answer is not determined, above which gold is noise."""
CONFIDENCE = 0.95
"""With which an item's most frequent answer must lie before the next one."""


def sureness(test: list[dict]) -> dict[str, float | None]:
    """How sure a country's gold answers are, from its test rows.

    `respondents` is the median `n` of an item, `undecided` the share (0..1) of items whose most
    frequent answer is not determined by `n_effective` answers; None where the survey tells no n.
    """
    known = [row for row in test if row["top"] is not None and row.get("n")]
    if not known:
        return {"respondents": None, "undecided": None}
    undecided = [not is_decided([*row["shares"].values()], row["n_effective"]) for row in known]
    respondents = float(median(row["n"] for row in known))
    return {"respondents": respondents, "undecided": float(np.mean(undecided))}


def is_decided(shares: list[float], n: float) -> bool:
    """Whether the largest of an item's shares, in a sample of n, is more than by chance.

    The difference of two shares of one sample has the variance (p + q - (p - q)^2) / n.
    """
    second, first = sorted(shares)[-2:]
    apart = first - second
    return apart > NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * sqrt(
        (first + second - apart**2) / n
    )


def marks(cells: list[dict]) -> str:
    """What to be warned of in the row of a cell, or of several in their mean; empty for nothing."""
    rate = np.mean([cell["invalid_rate"] for cell in cells])
    respondents, undecided = _mean(cells, "respondents"), _mean(cells, "undecided")
    found = {
        "many_invalid": rate > MANY_INVALID,
        "few_respondents": respondents is not None and respondents < FEW_RESPONDENTS,
        "undecided_gold": undecided is not None and undecided > UNDECIDED_GOLD,
    }
    return ",".join(mark for mark, stands in found.items() if stands)


def _mean(cells: list[dict], name: str) -> float | None:
    known = [cell[name] for cell in cells if cell.get(name) is not None]
    return float(np.mean(known)) if known else None
