"""What is said of a difference, and the same with in it what other draws of its methods would vary.

Flips of topics ask whether topics agree. Another draw of norms, or another training, may move all
of them at once, which the draws that were made tell: with few of them little, by Student's t. The
two have errors of their own, so that the bound of their sum lies, on either side, as far from the
difference as the root of the sum of squares of theirs (Howe, JASA 69:789, 1974). The p-values are
the same bound asked the other way round: the smallest doubt at which it leaves out no difference,
or the end of a margin.
"""

from dataclasses import dataclass, replace
from math import hypot, sqrt
from statistics import NormalDist

import numpy as np

from mores.scoring.luck import Luck

ALMOST = 1e-9  # points by which rounding may part what is equal
POWER = 0.8  # of the smallest detectable difference
HALVINGS = 40  # of the interval in which a p-value is looked for


@dataclass(frozen=True)
class Tested:
    """A difference and what flips say of it, in points; nan where there is no saying."""

    difference: float
    low: float
    high: float
    """The interval; nan where units are too few for any of that coverage."""
    p: float
    """Two-sided; what was observed is one of the flips."""
    p_equivalent: float
    """That it is not within the margin: two one-sided tests; nan without a margin."""
    detectable: float
    """The smallest difference that such data would show with 80 % power."""
    units: int
    """Units that count; with k of them no p is below 2^(1 - k)."""


def with_draws(
    tested: Tested, values: np.ndarray, luck: Luck, margin: float, confidence: float
) -> Tested:
    """The same with other draws in all of it.

    `values` are what subsets of the units say the difference is (`mores.scoring.flips`); `margin`
    is nan of what is no control.
    """
    bound = Bound(tested.difference, np.sort(values[np.isfinite(values)]), luck)
    told = _widened(tested, luck, confidence)
    if abs(tested.difference) < margin:
        told = replace(told, p_equivalent=max(bound.doubt(-margin), bound.doubt(margin)))
    return replace(told, p=2 * bound.doubt(0.0) if tested.difference else 1.0)


def _widened(tested: Tested, luck: Luck, confidence: float) -> Tested:
    """The interval, and the smallest detectable difference, of other draws too."""
    reach = luck.reach((1 - confidence) / 2)
    low = tested.difference - hypot(tested.difference - tested.low, reach)
    high = tested.difference + hypot(tested.high - tested.difference, reach)
    power = NormalDist().inv_cdf(POWER)
    spread = (tested.detectable - (tested.high - tested.low) / 2) / power
    detectable = (high - low) / 2 + power * hypot(spread, luck.error)
    return replace(tested, low=low, high=high, detectable=detectable)


@dataclass(frozen=True)
class Bound:
    """How far the true difference may lie from the one that was found."""

    difference: float
    values: np.ndarray
    """Sorted."""
    luck: Luck

    def doubt(self, end: float) -> float:
        """The smallest doubt, up to a half, at which the bound on this side leaves `end` out."""
        away = abs(self.difference - end)
        low, high = 0.0, 0.5
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if self._held(end, away, middle):
                low = middle
            else:
                high = middle
        return high

    def _held(self, end: float, away: float, doubt: float) -> bool:
        """Whether what is `away` lies within the bound of so much doubt."""
        left = away**2 - self.luck.reach(doubt) ** 2
        if left <= 0:
            return True
        if end < self.difference:
            beyond = np.searchsorted(self.values, self.difference - sqrt(left) + ALMOST, "right")
        else:
            at = np.searchsorted(self.values, self.difference + sqrt(left) - ALMOST, "left")
            beyond = len(self.values) - at
        return bool((1 + beyond) / (1 + len(self.values)) > doubt)
