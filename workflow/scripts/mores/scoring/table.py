"""The scores table: one row per country, model and method, the mean over countries, references."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mores.errors import InputError
from mores.method.replies import REASONS
from mores.scoring.alignment import alignment
from mores.scoring.consistency import compare_variants
from mores.scoring.marks import marks
from mores.scoring.resample import (
    Difference,
    Formula,
    Resampling,
    Sums,
    difference,
    draws,
    holm,
    interval,
    mean_difference,
    swaps,
)

MEAN, BASELINE = "MEAN", "vanilla"
COUNTED = ("n_items", "n_valid", "n_answers", "n_without_norms")
WHY_INVALID = tuple(f"invalid_{reason}" for reason in REASONS)


@dataclass(frozen=True)
class Layout:
    """What the table of one kind of evaluation holds."""

    columns: tuple[str, ...]
    score: str
    """The column of the score, 0..100, whose intervals and differences are made."""
    formula: Formula
    """What makes it of the two `sums`."""
    sums: tuple[str, str]
    """The keys of a cell that hold them, by item."""
    averaged: tuple[str, ...]
    """Further columns that are means over cells."""


def scores_table(
    cells: list[dict],
    references: list[dict],
    items: list[str],
    spec: Resampling,
    layout: Layout,
    further: Callable[[list[dict]], dict] = lambda cells: {},
) -> str:
    """The table as TSV, sorted by country, model and method: the same input gives the same bytes.

    `cells` are what `score_cell` wrote, `references` rows that need no model, `items` all that is
    asked; `further` gives more columns of a row from the cells it is made of. Raises InputError
    where a model lacks a cell that another country has.
    """
    _check_grid(cells)
    counts = draws(len(items), spec.resamples, spec.seed)
    swap = swaps(len(items), spec.resamples, spec.seed)
    by_cell = {(cell["model"], cell["method"], cell["country"]): cell for cell in cells}
    sums = {
        key: cell_sums(cell, items, layout.sums, layout.formula) for key, cell in by_cell.items()
    }
    rows = []
    for model, method in sorted({key[:2] for key in by_cell}):
        countries = sorted(key[2] for key in by_cell if key[:2] == (model, method))
        keys = [(model, method, country) for country in countries]
        paired = [_difference(key, sums, counts, swap) for key in keys]
        differences = [one for one in paired if one]
        spread = [sums[key].scores(counts) for key in keys]
        own = [by_cell[key] for key in keys]
        for cell, scores, pair in zip(own, spread, paired, strict=True):
            row = _row([cell], cell["country"], scores, pair, spec, layout)
            rows.append(row | further([cell]))
        together = mean_difference(differences) if differences else None
        row = _row(own, MEAN, np.mean(spread, axis=0), together, spec, layout)
        rows.append(row | further(own))
    _correct(rows)
    compare_variants(rows, cells, layout.score, MEAN)
    return _format(rows + references, layout.columns)


def _check_grid(cells: list[dict]) -> None:
    """A mean over countries must be over all of them."""
    methods, countries = defaultdict(set), defaultdict(set)
    for cell in cells:
        methods[cell["model"]].add(cell["method"])
        countries[cell["model"]].add(cell["country"])
    have = {(cell["model"], cell["method"], cell["country"]) for cell in cells}
    for model in methods:
        for method in methods[model]:
            missing = [c for c in sorted(countries[model]) if (model, method, c) not in have]
            if missing:
                raise InputError(
                    f"cells: {model} {method} has no cell of {', '.join(missing)}, other methods "
                    "do; a mean over fewer countries would mislead: score those cells too"
                )


def cell_sums(
    cell: dict, items: list[str], keys: tuple[str, str], formula: Formula = alignment
) -> Sums:
    """The sums under `keys` of a cell, over all items, zeros where it has none."""
    at = {name: index for index, name in enumerate(items)}
    amounts, weights = np.zeros(len(items)), np.zeros(len(items))
    index = [at[name] for name in cell["items"]]
    amounts[index], weights[index] = (cell[key] for key in keys)
    return Sums(amounts, weights, formula)


def _difference(key: tuple, sums: dict, counts: np.ndarray, swap: np.ndarray) -> Difference | None:
    """The cell's difference from the baseline of its model and country."""
    baseline = (key[0], BASELINE, key[2])
    if key == baseline or baseline not in sums:
        return None
    return difference(sums[key], sums[baseline], counts, swap)


def _row(
    cells: list[dict],
    country: str,
    scores: np.ndarray,
    paired: Difference | None,
    spec: Resampling,
    layout: Layout,
) -> dict:
    """One row: counts are summed over the cells, scores averaged."""
    row = {"country": country, "model": cells[0]["model"], "method": cells[0]["method"]}
    row["marks"] = marks(cells)
    row |= {name: sum(cell[name] for cell in cells) for name in (*COUNTED, *WHY_INVALID)}
    averaged = (layout.score, *layout.averaged)
    row |= {name: float(np.mean([cell[name] for cell in cells])) for name in averaged}
    low, high = interval(scores, spec.confidence)
    row |= {f"{layout.score}_low": low, f"{layout.score}_high": high}
    if paired:
        row["delta"], row["p_value"] = paired.observed, paired.p_value()
        row["delta_low"], row["delta_high"] = interval(paired.resampled, spec.confidence)
    return row


def _correct(rows: list[dict]) -> None:
    """Holm's correction, over the rows of single countries and over the means."""
    for family in (True, False):
        tested = [row for row in rows if "p_value" in row and (row["country"] == MEAN) == family]
        corrected = holm([row["p_value"] for row in tested])
        for row, p in zip(tested, corrected, strict=True):
            row["p_holm"] = p


def _format(rows: list[dict], columns: tuple[str, ...]) -> str:
    ordered = sorted(rows, key=lambda row: (row["country"], row["model"], row["method"]))
    lines = ["\t".join(_field(row.get(name)) for name in columns) for row in ordered]
    return "\n".join(["\t".join(columns), *lines]) + "\n"


def _field(value: str | int | float | None) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value + 0.0:.4f}".replace("-0.0000", "0.0000")
    return str(value)
