"""Resampling over items: bootstrap intervals of single scores.

The same draws serve every cell of a table; a mean over countries draws each item for all countries
at once. Differences between methods are another matter: see `mores.scoring.flips`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pydantic import Field

from mores.scoring.alignment import alignment
from mores.spec import Section, Seed

Formula = Callable[[npt.ArrayLike, npt.ArrayLike], np.ndarray]


def percentage(amounts: npt.ArrayLike, counts: npt.ArrayLike) -> np.ndarray:
    """Amounts of a hundred; nan where nothing is counted."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * np.asarray(amounts) / np.asarray(counts)


class Resampling(Section):
    """How intervals and p-values are made."""

    resamples: int = Field(2000, ge=100, le=1_000_000)
    """Bootstrap draws of items, for the intervals of scores."""
    permutations: int = Field(10_000, ge=100, le=1_000_000)
    """Sign flips, for intervals and p-values of differences; all of them where there are fewer."""
    confidence: float = Field(0.95, gt=0.5, lt=1)
    """Coverage of the intervals."""
    seed: Seed = 0


@dataclass(frozen=True)
class Sums:
    """What a score is the ratio of, by item: amounts (items, or items x draws) and weights (items).

    An item that does not count has zeros. `formula` makes the score, 0..100, of both summed; it
    is a function of their ratio.
    """

    amounts: np.ndarray
    weights: np.ndarray
    formula: Formula = alignment

    @property
    def n_items(self) -> int:
        """Items that count."""
        return int((self.weights > 0).sum())

    def score(self) -> float:
        """The score, the mean over draws where there are several; nan of no items."""
        return float(np.mean(self.formula(self.amounts.sum(axis=0), self.weights.sum())))

    def scores(self, counts: np.ndarray) -> np.ndarray:
        """The score of every resample; `counts` is resamples x items."""
        amounts, weights = counts @ self.amounts, counts @ self.weights
        if amounts.ndim == 2:
            return self.formula(amounts, weights[:, None]).mean(axis=1)
        return self.formula(amounts, weights)

    def only(self, mask: np.ndarray) -> "Sums":
        """The same with the items outside `mask` out of the count."""
        return replace(self, amounts=(self.amounts.T * mask).T, weights=self.weights * mask)


def draws(n_items: int, resamples: int, seed: int) -> np.ndarray:
    """How often each bootstrap resample (rows) takes each item (columns)."""
    rng = np.random.default_rng([seed, 1])
    return rng.multinomial(n_items, np.full(n_items, 1 / n_items), size=resamples).astype(float)


def interval(scores: np.ndarray, confidence: float) -> tuple[float, float]:
    """Percentile interval; nan where no resample has a score."""
    known = scores[~np.isnan(scores)]
    if not len(known):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
