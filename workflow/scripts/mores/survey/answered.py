"""What countries answered, cell by cell, as arrays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Answered:
    """A country's answers to an item: shares in the order of the codes, and the most frequent one.

    `n` is the effective number of respondents, None where unknown.
    """

    shares: np.ndarray
    gold: int
    n: float | None


DIGITS = 12  # of shares: the same answers, summed otherwise, must draw the same samples
Marginals = dict[str, dict[str, Answered]]  # country -> item -> answers


def answers_by_country(marginals: "pl.DataFrame") -> Marginals:
    """Marginals (see `mores.survey.importing`) as cells by country and item."""
    survey: Marginals = {}
    for (country, name), rows in marginals.group_by("country", "item", maintain_order=True):
        gold = rows.filter(rows["top"])["code"].item()
        shares = rows["share"].to_numpy().round(DIGITS)
        cell = Answered(shares / shares.sum(), gold, rows["n_effective"][0])
        survey.setdefault(str(country), {})[str(name)] = cell
    return survey
