"""Scenes of the cell's own country against others, and what a method changes in that."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mores.evaluations.pact.measures import allow_rate
from mores.scoring.resample import Resampling, draws, interval
from mores.scoring.table import BASELINE, cell_sums

COLUMNS = (
    *("own_gap_low", "own_gap_high"),
    *("gap_delta", "gap_delta_low", "gap_delta_high"),
)


@dataclass(frozen=True)
class Gap:
    """The allow rate of own scenes less that of others, in points: observed, in each resample."""

    observed: float
    resampled: np.ndarray

    def __sub__(self, other: "Gap") -> "Gap":
        return Gap(self.observed - other.observed, self.resampled - other.resampled)


def gap(cell: dict, items: list[str], counts: np.ndarray) -> Gap:
    """The gap of a cell; `counts` (resamples x items) says how often a resample takes a scene."""
    sums = cell_sums(cell, items, ("allowed", "decided"), allow_rate)
    own = {name for name, own in zip(cell["items"], cell["own"], strict=True) if own}
    mask = np.array([name in own for name in items], dtype=float)
    here, there = sums.only(mask), sums.only(1 - mask)
    return Gap(here.score() - there.score(), here.scores(counts) - there.scores(counts))


def mean_gap(gaps: list[Gap]) -> Gap:
    """The mean over countries; scenes were drawn for all countries at once."""
    return Gap(
        float(np.mean([one.observed for one in gaps])),
        np.mean([one.resampled for one in gaps], axis=0),
    )


def gap_columns(
    cells: list[dict], items: list[str], spec: Resampling
) -> Callable[[list[dict]], dict]:
    """What makes the columns of a row, of the cells that it is made of.

    `gap_delta` is a difference of differences: the row's gap less that of vanilla.
    """
    counts = draws(len(items), spec.resamples, spec.seed)
    gaps = {_key(cell): gap(cell, items, counts) for cell in cells}

    def columns(row: list[dict]) -> dict:
        keys = [_key(cell) for cell in row]
        low, high = interval(mean_gap([gaps[key] for key in keys]).resampled, spec.confidence)
        found = {"own_gap_low": low, "own_gap_high": high}
        pairs = [(key, (key[0], BASELINE, key[2])) for key in keys]
        if any(key == baseline or baseline not in gaps for key, baseline in pairs):
            return found
        change = mean_gap([gaps[key] - gaps[baseline] for key, baseline in pairs])
        low, high = interval(change.resampled, spec.confidence)
        changed = {"gap_delta": change.observed, "gap_delta_low": low, "gap_delta_high": high}
        return found | changed

    return columns


def _key(cell: dict) -> tuple[str, str, str]:
    return cell["model"], cell["method"], cell["country"]
