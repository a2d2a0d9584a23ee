"""Resampling over items: bootstrap intervals, and paired permutation tests.

The same draws serve every cell of a table, so that differences are paired; a mean over countries
draws each item for all countries at once.
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
    """Bootstrap and permutation draws."""
    confidence: float = Field(0.95, gt=0.5, lt=1)
    """Coverage of the intervals."""
    seed: Seed = 0


@dataclass(frozen=True)
class Sums:
    """What a score is the ratio of, by item: amounts (items, or items x draws) and weights (items).

    An item that does not count has zeros. `formula` makes the score, 0..100, of both summed.
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


def swaps(n_items: int, resamples: int, seed: int) -> np.ndarray:
    """Which items each permutation (rows) swaps between the two sides: ones and zeros."""
    rng = np.random.default_rng([seed, 2])
    return rng.integers(0, 2, size=(resamples, n_items)).astype(float)


def interval(scores: np.ndarray, confidence: float) -> tuple[float, float]:
    """Percentile interval; nan where no resample has a score."""
    known = scores[~np.isnan(scores)]
    if not len(known):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


@dataclass(frozen=True)
class Difference:
    """A paired difference in points: observed, in each resample, in each permutation."""

    observed: float
    resampled: np.ndarray
    permuted: np.ndarray

    def p_value(self) -> float:
        """Two-sided; the observed arrangement counts as one of the permutations."""
        if np.isnan(self.observed):
            return float("nan")
        extreme = np.abs(self.permuted) >= abs(self.observed) - 1e-9
        return float((1 + extreme.sum()) / (1 + len(self.permuted)))


def difference(a: Sums, b: Sums, counts: np.ndarray, swap: np.ndarray) -> Difference:
    """`a` minus `b` on the items that count on both sides."""
    both = (a.weights > 0) & (b.weights > 0)
    a, b = a.only(both), b.only(both)
    amounts, weights = b.amounts - a.amounts, b.weights - a.weights
    left = a.formula(a.amounts.sum() + swap @ amounts, a.weights.sum() + swap @ weights)
    right = b.formula(b.amounts.sum() - swap @ amounts, b.weights.sum() - swap @ weights)
    return Difference(a.score() - b.score(), a.scores(counts) - b.scores(counts), left - right)


def mean_difference(differences: list[Difference]) -> Difference:
    """The mean over countries; items were drawn and swapped for all countries at once."""
    return Difference(
        float(np.mean([one.observed for one in differences])),
        np.mean([one.resampled for one in differences], axis=0),
        np.mean([one.permuted for one in differences], axis=0),
    )


def holm(p_values: list[float]) -> list[float]:
    """Holm's step-down correction, in the order given; nan stays nan and does not count."""
    known = sorted((p, index) for index, p in enumerate(p_values) if not np.isnan(p))
    corrected, running = [float("nan")] * len(p_values), 0.0
    for rank, (p, index) in enumerate(known):
        running = max(running, min(1.0, (len(known) - rank) * p))
        corrected[index] = running
    return corrected
