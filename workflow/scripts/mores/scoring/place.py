"""Place: where a score lies between what needs no model (0) and a second sample of people (100).

The floor is the best reference that looks at none of the country's own answers to the test items,
chosen once for a country on all of them, so that every cell of it is measured from the same. Floor
and ceiling are then scored on the items that count in the cell: who leaves the hard ones out has to
beat a floor without them.
"""

from functools import cache

import numpy as np

from mores.scoring.reference_scores import Scored
from mores.scoring.references import CEILING, SEE_ANSWERS
from mores.scoring.resample import Resampling, Sums, draws, interval


class Places:
    """The places of cells among the references of their countries."""

    def __init__(self, scored: dict[str, dict[str, Scored]], items: list[str], spec: Resampling):
        self.references = {
            (country, name): one.sums for country, of in scored.items() for name, one in of.items()
        }
        self.spec = spec
        self.counts = draws(len(items), spec.resamples, spec.seed)
        self.floor = cache(self._floor)
        self.scores_of = cache(self._scores_of)

    def of(self, own: dict[str, Sums], column: str) -> dict[str, float | str]:
        """The place of a cell, or of a mean over cells: `column`, its interval, and `floor`.

        `own` are sums by country. A country without a ceiling is left out of all three means;
        without any that has one there is no place.
        """
        held = {one: sums for one, sums in own.items() if (one, CEILING) in self.references}
        floor = self.floor(tuple(held)) if held else None
        if floor is None:
            return {}
        three = [self._three(country, sums, floor) for country, sums in held.items()]
        observed, *resampled = _between(*np.mean(three, axis=0))
        low, high = interval(np.array(resampled), self.spec.confidence)
        return {column: observed, f"{column}_low": low, f"{column}_high": high, "floor": floor}

    def _floor(self, countries: tuple[str, ...]) -> str | None:
        """The reference that scores best in the mean over these countries, of those that may."""
        means = {}
        for name in dict.fromkeys(name for _, name in self.references):
            found = [self.references.get((country, name)) for country in countries]
            if name not in SEE_ANSWERS and all(map(self._covers, countries, found)):
                means[name] = np.mean([one.score() for one in found if one])
        return max(means, key=lambda name: means[name]) if means else None

    def _covers(self, country: str, reference: Sums | None) -> bool:
        """Whether a reference answers all items of the country that have a ceiling."""
        wanted = self.references[country, CEILING].weights > 0
        return reference is not None and bool((reference.weights[wanted] > 0).all())

    def _three(self, country: str, own: Sums, floor: str) -> list[np.ndarray]:
        """Score, floor and ceiling on the items that count in a cell, as `_all_scores`."""
        counted = (own.weights > 0) & (self.references[country, CEILING].weights > 0)
        references = [self.scores_of(country, name, counted.tobytes()) for name in (floor, CEILING)]
        return [self._all_scores(own.only(counted)), *references]

    def _scores_of(self, country: str, name: str, counted: bytes) -> np.ndarray:
        mask = np.frombuffer(counted, dtype=bool)
        return self._all_scores(self.references[country, name].only(mask))

    def _all_scores(self, sums: Sums) -> np.ndarray:
        """The score observed, and after it that of every resample."""
        return np.array([sums.score(), *sums.scores(self.counts)])


def _between(score: np.ndarray, floor: np.ndarray, ceiling: np.ndarray) -> np.ndarray:
    """Where a score lies from floor (0) to ceiling (100); nan where that is not above the floor."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(ceiling > floor, 100 * (score - floor) / (ceiling - floor), np.nan)
