"""The rows of a method: its profile for each country, and how near the profiles come to theirs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mores.evaluations.cdeval.measures import mean_of, rank_correlations
from mores.evaluations.cdeval.profile import ALL, Items, ratio
from mores.evaluations.cdeval.references import own_scores
from mores.scoring.marks import marks
from mores.scoring.resample import Resampling, interval
from mores.scoring.table import MEAN, WHY_INVALID

NO_REFERENCE = "no reference"
ENDS = ("low", "high", "low_domains", "high_domains")
COUNTS = ("high", "first", "valid", "answers")
SUMMED = ("n_without_norms", *WHY_INVALID)


class Rows:
    """What makes rows of cells; arrays are 2 ways to draw x (observed, resamples) x groups."""

    def __init__(self, items: Items, spec: Resampling):
        self.items, self.spec = items, spec
        self.counts = items.by_part(items.draws(spec.resamples, spec.seed))
        self.sizes = items.sums(np.ones(len(items.topics)))

    def profiles(self, cells: list[dict]) -> np.ndarray:
        """Likelihoods: countries x ways x (observed, resamples) x groups."""
        return np.stack([self.items.likelihoods(cell, self.counts) for cell in cells])

    def of_method(self, cells: list[dict], baseline: np.ndarray | None) -> Iterator[dict]:
        """Rows of each country and of all together; `baseline` are profiles that gains are over."""
        groups = self.items.groups
        own = np.stack([own_scores(one["references"], one["country"], groups) for one in cells])
        found, scores = self.profiles(cells), own[:, None, None]
        values = {"likelihood": found, "distance": np.abs(found - scores)}
        if baseline is not None:
            values["delta"] = values["distance"] - np.abs(baseline - scores)
        for place, cell in enumerate(cells):
            of_country = {name: of[place] for name, of in values.items()}
            yield from self._rows(cell["country"], [cell], of_country, own[[place]])
        together = {name: mean_of(of, ~np.isnan(scores), 0) for name, of in values.items()}
        together["likelihood"] = found.mean(axis=0)
        together["rank_correlation"] = rank_correlations(found, own)
        yield from self._rows(MEAN, cells, together, own)

    def _rows(
        self, country: str, cells: list[dict], values: dict[str, np.ndarray], own: np.ndarray
    ) -> Iterator[dict]:
        """First of all dimensions together, then of each group."""
        named = {"country": country, "model": cells[0]["model"], "method": cells[0]["method"]}
        counts = np.sum([[cell[key] for key in COUNTS] for cell in cells], axis=0)
        counted = self.items.sums(counts)
        wholes = len(self.items.dimensions)
        # Not of likelihoods: the poles of different dimensions are nothing that could be summed.
        of_all = {
            name: mean_of(of[..., :wholes], ~np.isnan(own[:, :wholes]).all(axis=0), -1)
            for name, of in values.items()
            if name != "likelihood"
        }
        yield (
            named
            | {"dimension": ALL, "domain": ALL}
            | self._counted(counted[:, :wholes].sum(axis=1))
            | {"n_items": sum(cell["n_items"] for cell in cells)}
            | self._references(country, own)
            | self._measured(of_all, domains=True)
            | self._of_cells(cells)
        )
        for place, (dimension, domain) in enumerate(self.items.groups):
            of_group = {name: of[..., place] for name, of in values.items()}
            yield (
                named
                | {"dimension": dimension, "domain": domain}
                | self._counted(counted[:, place])
                | _bounds(counted[:, place])
                | {"n_items": int(self.sizes[place]) * len(cells)}
                | self._references(country, own[:, [place]])
                | self._measured(of_group, domains=domain == ALL)
            )

    def _measured(self, values: dict[str, np.ndarray], domains: bool) -> dict[str, float]:
        """What was observed, and intervals: by items, and by domains where there are several."""
        row = {}
        for name, of in values.items():
            row[name] = float(of[0, 0])
            ends = [interval(way[1:], self.spec.confidence) for way in of[: 1 + domains]]
            row |= {f"{name}_{end}": one for end, one in zip(ENDS, sum(ends, ()), strict=False)}
        return row

    def _references(self, country: str, own: np.ndarray) -> dict[str, Any]:
        """What countries score; `own` is countries x dimensions."""
        known = ~np.isnan(own)
        if not known.any():
            return {"reference": NO_REFERENCE, "n_references": 0}
        if country == MEAN:
            return {"n_references": int(known.any(axis=1).sum())}
        if own.shape[1] == 1:
            return {"reference": float(own[0, 0]), "n_references": 1}
        return {"n_references": int(known[:, : len(self.items.dimensions)].sum())}

    def _counted(self, counts: np.ndarray) -> dict[str, float]:
        _, first, valid, answers = counts
        return {
            "n_answers": int(answers),
            "n_valid": int(valid),
            "first_share": float(ratio(first, valid)),
        }

    def _of_cells(self, cells: list[dict]) -> dict[str, Any]:
        """What is told of whole cells alone: why answers name no option, and what they lacked."""
        row: dict[str, Any] = {name: sum(cell[name] for cell in cells) for name in SUMMED}
        rate = float(np.mean([cell["invalid_rate"] for cell in cells]))
        return row | {"invalid_rate": rate, "marks": marks(cells)}


def _bounds(counts: np.ndarray) -> dict[str, float]:
    """The likelihood if every answer that names no option had named the low, or the high pole's."""
    high, _, valid, answers = counts
    return {
        "likelihood_min": float(ratio(high, answers)),
        "likelihood_max": float(ratio(high + answers - valid, answers)),
    }
