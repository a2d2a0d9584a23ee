"""Gains: the difference of two scores, as a sum over items.

A score is a function of a ratio, amounts over weights. With r the ratio of both sides together,
the part of an item in the difference a - b is

    slope * ((amount_a - r weight_a) - (amount_b - r weight_b))

and the slope is such that the parts sum to the difference. Since r is of both sides together, an
item whose sides are swapped has its part's sign turned: what a permutation test does to answers, a
flip of signs does to parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mores.scoring.resample import Sums

NUDGE = 1e-6  # of the ratio, to have a slope where both sides have the same


@dataclass(frozen=True)
class Gain:
    """A difference in points, by item.

    `parts` sum to it. `shares`, which sum to 1, say how much of the whole an item is: what it would
    contribute to a difference that was the same everywhere.
    """

    parts: np.ndarray
    shares: np.ndarray

    @property
    def points(self) -> float:
        """The difference."""
        return float(self.parts.sum())


def gain(of: Sums, against: Sums) -> Gain | None:
    """The difference `of` minus `against`, on the items that count in both; None of no items."""
    both = (of.weights > 0) & (against.weights > 0)
    if not both.any():
        return None
    a, b = of.only(both), against.only(both)
    weights = a.weights.sum(), b.weights.sum()
    ratio = (a.amounts + b.amounts).sum() / sum(weights)
    parts = (a.amounts - ratio * a.weights) - (b.amounts - ratio * b.weights)
    # The parts sum to 2 Wa Wb / (Wa + Wb) times the difference of the ratios.
    slope = _slope(a, b, ratio) * sum(weights) / (2 * weights[0] * weights[1])
    return Gain(slope * parts, (a.weights + b.weights) / sum(weights))


def _slope(a: Sums, b: Sums, ratio: float) -> float:
    """Points by unit of the ratio, from one side to the other."""
    ends = np.array([one.amounts.sum() / one.weights.sum() for one in (a, b)])
    if abs(ends[0] - ends[1]) <= NUDGE * abs(ratio):
        nudge = max(NUDGE * abs(ratio), np.finfo(float).eps)
        ends = np.array([ratio + nudge, ratio - nudge])
    points = a.formula(ends, np.ones(2))
    return float((points[0] - points[1]) / (ends[0] - ends[1]))


def mean_gain(gains: Sequence[Gain]) -> Gain:
    """The mean of countries; an item, or topic, is then flipped in all of them at once."""
    parts, shares = ([getattr(one, name) for one in gains] for name in ("parts", "shares"))
    return Gain(np.mean(parts, axis=0), np.mean(shares, axis=0))


def beyond(gain: Gain, other: Gain) -> Gain:
    """How much more one gain is than another: a difference of differences."""
    return Gain(gain.parts - other.parts, (gain.shares + other.shares) / 2)
