"""What the survey's table has besides alignment: strict alignment in full, and places."""

import numpy as np

from mores.scoring.place import Places
from mores.scoring.reference_scores import Scored
from mores.scoring.resample import Resampling, Sums, draws, interval
from mores.scoring.table import BASELINE, cell_sums

LOOSE, STRICT = ("squares", "weights"), ("strict_squares", "strict_weights")


class Columns:
    """Further columns of the rows that cells make, alone or in a mean over countries."""

    def __init__(
        self,
        cells: list[dict],
        scored: dict[str, dict[str, Scored]],
        items: list[str],
        spec: Resampling,
    ):
        self.items, self.spec = items, spec
        self.counts = draws(len(items), spec.resamples, spec.seed)
        self.places = Places(scored, items, spec)
        self.baselines = {
            (cell["model"], cell["country"]): cell for cell in cells if cell["method"] == BASELINE
        }

    def of(self, cells: list[dict]) -> dict[str, float | str]:
        """Places, and of strict alignment the interval and the difference from the baseline."""
        loose, strict = (
            {cell["country"]: self._sums(cell, keys) for cell in cells} for keys in (LOOSE, STRICT)
        )
        spread = np.mean([sums.scores(self.counts) for sums in strict.values()], axis=0)
        return {
            **self.places.of(loose, "place"),
            **self.places.of(strict, "strict_place"),
            **self._between("strict", spread),
            **self._difference(cells),
        }

    def _difference(self, cells: list[dict]) -> dict[str, float]:
        """Strict alignment minus that of the baseline, on the items that count in both."""
        pairs = [(cell, self.baselines.get((cell["model"], cell["country"]))) for cell in cells]
        both = [(a, b) for a, b in pairs if b is not None and a["method"] != BASELINE]
        if not both:
            return {}
        found = [self._apart(self._sums(a, STRICT), self._sums(b, STRICT)) for a, b in both]
        observed, *resampled = np.mean(found, axis=0)
        return {"strict_delta": float(observed)} | self._between("strict_delta", resampled)

    def _apart(self, a: Sums, b: Sums) -> np.ndarray:
        """The difference of two scores: observed, then in every resample."""
        both = (a.weights > 0) & (b.weights > 0)
        a, b = a.only(both), b.only(both)
        return np.array([a.score() - b.score(), *(a.scores(self.counts) - b.scores(self.counts))])

    def _sums(self, cell: dict, keys: tuple[str, str]) -> Sums:
        return cell_sums(cell, self.items, keys)

    def _between(self, column: str, resampled: np.ndarray | list[float]) -> dict[str, float]:
        low, high = interval(np.array(resampled), self.spec.confidence)
        return {f"{column}_low": low, f"{column}_high": high}
