"""What the survey's table has besides alignment: strict alignment in full, places, similarity."""

import numpy as np

from mores.scoring.alignment import alignment
from mores.scoring.flips import by_topic, test_gains
from mores.scoring.gains import gain, mean_gain
from mores.scoring.place import Places
from mores.scoring.reference_scores import Scored
from mores.scoring.resample import Formula, Resampling, Sums, draws, interval, percentage
from mores.scoring.table import BASELINE, cell_sums, topics_of

LOOSE, STRICT = ("squares", "weights"), ("strict_squares", "strict_weights")
SIMILAR = ("similarities", "compared")


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
        self.topical = by_topic(topics_of(cells, items), spec)
        self.places = Places(scored, items, spec)
        self.baselines = {
            (cell["model"], cell["country"]): cell for cell in cells if cell["method"] == BASELINE
        }

    def of(self, cells: list[dict]) -> dict[str, float | str]:
        """Places, further intervals, and the difference from the baseline in strict alignment."""
        loose, strict, near = (
            {cell["country"]: self._sums(cell, keys, formula) for cell in cells}
            for keys, formula in ((LOOSE, alignment), (STRICT, alignment), (SIMILAR, percentage))
        )
        return {
            **self.places.of(loose, "place"),
            **self.places.of(strict, "strict_place"),
            **self._spread("strict", strict),
            **self._spread("similarity", near),
            **self._difference(cells),
        }

    def _difference(self, cells: list[dict]) -> dict[str, float]:
        """Strict alignment minus that of the baseline, on the items that count in both."""
        pairs = [(cell, self.baselines.get((cell["model"], cell["country"]))) for cell in cells]
        both = [(a, b) for a, b in pairs if b is not None and a["method"] != BASELINE]
        found = [gain(self._sums(a, STRICT), self._sums(b, STRICT)) for a, b in both]
        if not (known := [one for one in found if one]):
            return {}
        (tested,) = test_gains([mean_gain(known)], self.topical, self.spec)
        ends = {"strict_delta_low": tested.low, "strict_delta_high": tested.high}
        return {"strict_delta": tested.difference} | ends

    def _sums(self, cell: dict, keys: tuple[str, str], formula: Formula = alignment) -> Sums:
        return cell_sums(cell, self.items, keys, formula)

    def _spread(self, column: str, sums: dict[str, Sums]) -> dict[str, float]:
        """The interval of a mean over countries."""
        spread = np.mean([one.scores(self.counts) for one in sums.values()], axis=0)
        return self._between(column, spread)

    def _between(self, column: str, resampled: np.ndarray | list[float]) -> dict[str, float]:
        low, high = interval(np.array(resampled), self.spec.confidence)
        return {f"{column}_low": low, f"{column}_high": high}
