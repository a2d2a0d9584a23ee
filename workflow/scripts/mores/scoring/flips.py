"""Is a difference real? Sign flips of whole topics (or of items), for p-values and intervals.

If a difference is nothing but chance, each unit's part in it could as well have had the other sign.
Flipping the signs of whole units therefore says how large differences by chance are (p), and the
values that subsets of the units give say which differences are not refuted: of the 2^k - 1 subset
values of k units the true difference is as likely to lie in one gap as in any other (Hartigan,
JASA 64:1303, 1969), so that an interval that leaves out the same number of them on both sides has
the coverage it states, with few or unequal units too. A unit is what errs together: norms are mined
by topic, so the answers of a topic do.

The same flips serve all tests of a table. Hence an adjusted p that knows how tests depend on each
other: Westfall and Young's step-down algorithm (1993, algorithm 2.8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from mores.scoring.gains import Gain
from mores.scoring.luck import Luck
from mores.scoring.resample import Resampling
from mores.scoring.tested import ALMOST, POWER, Tested, with_draws

BLOCK = 1000  # flips computed at a time
TESTS = 200  # tests whose intervals are sorted at a time


@dataclass(frozen=True)
class Design:
    """What is flipped as one: the number of each item's unit (-1: of none), and the flips.

    `signs` (flips x units, 1 or -1) begin with what was observed, and hold no other pattern both
    ways round, since a difference of which all signs are turned is as large.
    """

    units: np.ndarray
    signs: np.ndarray
    seed: int
    """Of what is drawn beside the flips."""

    def sums(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """Rows by item as rows by unit."""
        known = self.units >= 0
        count = self.signs.shape[1]
        return np.stack([np.bincount(self.units[known], row[known], count) for row in rows])

    def flipped(self, rows: np.ndarray) -> np.ndarray:
        """The sum of each row (by unit) under each flip: tests x flips."""
        blocks = (self.signs[at : at + BLOCK] for at in range(0, len(self.signs), BLOCK))
        return np.concatenate([rows @ block.T.astype(float) for block in blocks], axis=1)


def by_topic(topics: Sequence[str | None], spec: Resampling) -> Design:
    """Topics flip as wholes; None is the topic of an item that is in no score."""
    names = sorted({name for name in topics if name is not None})
    units = [-1 if name is None else names.index(name) for name in topics]
    return Design(np.array(units), _signs(len(names), spec.permutations, spec.seed), spec.seed)


def by_item(count: int, spec: Resampling) -> Design:
    """Each item flips by itself."""
    return Design(np.arange(count), _signs(count, spec.permutations, spec.seed), spec.seed)


def _signs(units: int, limit: int, seed: int) -> np.ndarray:
    """Every pattern, where there are no more than `limit`, else as many at random."""
    if (patterns := 2 ** max(units - 1, 0)) <= limit:
        turned = (np.arange(patterns)[:, None] >> np.arange(units)) & 1
    else:
        turned = np.random.default_rng([seed, 2]).integers(0, 2, (limit, units))
        turned[0] = 0
    return (1 - 2 * turned).astype(np.int8)


def test_gains(
    gains: Sequence[Gain],
    design: Design,
    spec: Resampling,
    margins: Sequence[float | None] | None = None,
    lucks: Sequence[Luck | None] | None = None,
) -> list[Tested]:
    """Each difference tested by itself.

    `margins` are those of equivalence, `lucks` what other draws of the methods would vary.
    """
    told = np.array(margins or [None] * len(gains), dtype=float)
    drawn = lucks or [None] * len(gains)
    found: list[Tested] = []
    for at in range(0, len(gains), TESTS):
        some = slice(at, at + TESTS)
        found += _test(gains[some], told[some], drawn[some], design, spec)
    return found


def _test(
    gains: Sequence[Gain],
    margins: np.ndarray,
    lucks: Sequence[Luck | None],
    design: Design,
    spec: Resampling,
) -> list[Tested]:
    parts = design.sums([one.parts for one in gains])
    shares = design.sums([one.shares for one in gains])
    total = parts.sum(axis=1)
    flipped = design.flipped(parts)
    p = (np.abs(flipped) >= np.abs(total)[:, None] - ALMOST).mean(axis=1)
    values = _subset_values(total[:, None], flipped, design.flipped(shares))
    units = (shares > 0).sum(axis=1)
    low, high = _ends(values, 1 - spec.confidence, units)
    detectable = (high - low) / 2 + NormalDist().inv_cdf(POWER) * _errors(parts, shares)
    p_equivalent = _not_within(values, margins)
    columns = (total, low, high, p, p_equivalent, detectable, units)
    found = [Tested(*row) for row in zip(*(one.tolist() for one in columns), strict=True)]
    return [
        with_draws(one, values[at], of, margins[at], spec.confidence) if of else one
        for at, (one, of) in enumerate(zip(found, lucks, strict=True))
    ]


def _subset_values(total: np.ndarray, flipped: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """What the flipped units say the difference is, and what the others say; nan of no units."""
    parts = np.concatenate([total - flipped, total + flipped], axis=1)
    whole = np.concatenate([1 - shares, 1 + shares], axis=1)
    return np.divide(parts, whole, out=np.full_like(parts, np.nan), where=whole > ALMOST)


def _ends(values: np.ndarray, doubt: float, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The subset values between which the difference lies; as many are left out on each side."""
    count = np.isfinite(values).sum(axis=1)
    outside = np.floor(doubt / 2 * (count + 1)).astype(int)
    enough = (outside > 0) & (2.0 ** (1 - units) <= doubt)
    at = np.arange(len(values))
    first, last = np.maximum(outside - 1, 0), np.minimum(count - outside, values.shape[1] - 1)
    values.partition(np.unique([first, last]), axis=1)  # nan last
    low, high = values[at, first], values[at, last]
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def _not_within(values: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """The larger of the p-values that the difference is at or beyond one end of the margin."""
    count = np.isfinite(values).sum(axis=1)
    with np.errstate(invalid="ignore"):
        beyond = [
            (values <= -margins[:, None]).sum(axis=1),
            (values >= margins[:, None]).sum(axis=1),
        ]
    p = (1 + np.maximum(*beyond)) / (1 + count)
    return np.where(np.isnan(margins), np.nan, p)


def _errors(parts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The standard errors of differences: the jackknife, one unit left out at a time."""
    counted = shares > 0
    units = counted.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        left_out = (shares * parts.sum(axis=1, keepdims=True) - parts) / (1 - shares)
        middle = left_out.sum(axis=1, keepdims=True) / units
        squares = np.where(counted, (left_out - middle) ** 2, 0).sum(axis=1)
        return np.sqrt(squares * (units[:, 0] - 1) / units[:, 0])


def adjusted(
    gains: Sequence[Gain],
    design: Design,
    tested: Sequence[Tested] = (),
    lucks: Sequence[Luck | None] = (),
) -> list[float]:
    """The p-values of a family, adjusted for there being so many: step-down, on shared flips.

    What is held against each other is a difference's place among its own flips. `tested` and
    `lucks` are wanted where methods are drawn several times.
    """
    if not gains:
        return []
    parts = design.sums([one.parts for one in gains])
    flipped = design.flipped(parts)
    evenness = _evenness(parts, flipped)
    rng = np.random.default_rng([design.seed, 3])
    for at, luck in enumerate(lucks):
        if luck:
            flipped[at] += luck.error * rng.standard_t(luck.freedom, len(design.signs))
    places = _places(flipped)
    observed = places[:, 0].copy()
    for at, luck in enumerate(lucks):
        if luck:
            observed[at] = tested[at].p * len(design.signs)
    found = step_down(evenness[:, 0] - observed, evenness - places)
    plain = [one.p if luck else 0 for one, luck in zip(tested, lucks, strict=True)]
    return (np.maximum(found, plain) if plain else found).tolist()


def _places(flipped: np.ndarray) -> np.ndarray:
    """How many flips of a test give a difference as large as each of them does: tests x flips.

    By them, as by p-values, tests count alike however many units they have, and however unequal.
    """
    found = np.empty_like(flipped)
    for at, row in enumerate(np.abs(flipped)):
        found[at] = len(row) - np.searchsorted(np.sort(row), row - ALMOST)
    return found


def _evenness(parts: np.ndarray, flipped: np.ndarray) -> np.ndarray:
    """How alike the units of each flip are, 0 to less than 1: what tells equal places apart.

    It rises with Student's t. Of a few units, or with many tests, some flip of some other test has
    the first place by chance, but hardly with units as alike as those of a difference that is real.
    """
    largest = 2 * np.sqrt((parts**2).sum(axis=1, keepdims=True) * parts.shape[1])
    return np.divide(np.abs(flipped), largest, out=np.zeros_like(flipped), where=largest > 0)


def step_down(observed: np.ndarray, flipped: np.ndarray) -> np.ndarray:
    """Adjusted p-values of statistics, large where rare, from these under each flip.

    The largest is held against the largest of all tests, the next against that of those left.
    """
    order = np.argsort(-observed, kind="stable")
    maxima = np.maximum.accumulate(flipped[order][::-1], axis=0)[::-1]
    p = (maxima >= observed[order, None] - ALMOST).mean(axis=1)
    found = np.empty(len(p))
    found[order] = np.maximum.accumulate(p)
    return found
