"""The scores table: one row per country, model and method, the mean over countries, references."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mores.errors import InputError
from mores.method.replies import REASONS
from mores.scoring.alignment import alignment
from mores.scoring.consistency import compare_variants
from mores.scoring.flips import adjusted, by_topic, test_gains
from mores.scoring.gains import Gain, gain, mean_gain
from mores.scoring.marks import marks
from mores.scoring.resample import Formula, Resampling, Sums, draws, interval

MEAN, BASELINE = "MEAN", "vanilla"
COUNTED = ("n_items", "n_valid", "n_answers", "n_without_norms")
WHY_INVALID = tuple(f"invalid_{reason}" for reason in REASONS)


@dataclass(frozen=True)
class View:
    """Some of the items, on which contrasts have rows of their own."""

    name: str
    """What is added to a contrast's name."""
    taken: Callable[[dict], list[bool]]
    """Of a cell, by item, whether it is taken."""
    against_rest: bool = False
    """Whether the difference on the other items is taken off."""


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
    views: tuple[View, ...] = ()
    """What contrasts look at besides the whole."""
    whole: bool = True
    """Whether a score over all items means anything."""


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
    by_cell = {(cell["model"], cell["method"], cell["country"]): cell for cell in cells}
    sums = {
        key: cell_sums(cell, items, layout.sums, layout.formula) for key, cell in by_cell.items()
    }
    rows, gains = [], []
    for model, method in sorted({key[:2] for key in by_cell}):
        countries = sorted(key[2] for key in by_cell if key[:2] == (model, method))
        keys = [(model, method, country) for country in countries]
        spread = [sums[key].scores(counts) for key in keys]
        own = [by_cell[key] for key in keys]
        for cell, scores in zip(own, spread, strict=True):
            row = _row([cell], cell["country"], scores, spec, layout)
            rows.append(row | further([cell]))
        row = _row(own, MEAN, np.mean(spread, axis=0), spec, layout)
        rows.append(row | further(own))
        gains += with_mean([_gain(key, sums) for key in keys])
    _compare(rows, gains, topics_of(cells, items), spec)
    compare_variants(rows, cells, layout.score, MEAN)
    found = sorted(rows + references, key=lambda row: (row["country"], row["model"], row["method"]))
    return as_tsv(found, layout.columns)


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


def topics_of(cells: list[dict], items: list[str]) -> list[str | None]:
    """The topic of each item; None where it stands in no cell."""
    pairs = (pair for cell in cells for pair in zip(cell["items"], cell["topics"], strict=True))
    known = dict(pairs)
    return [known.get(name) for name in items]


def with_mean(gains: list[Gain | None]) -> list[Gain | None]:
    """The gains of countries, and after them their mean."""
    known = [one for one in gains if one]
    return [*gains, mean_gain(known) if known else None]


def _gain(key: tuple, sums: dict[tuple, Sums]) -> Gain | None:
    """The cell's difference from the baseline of its model and country."""
    baseline = (key[0], BASELINE, key[2])
    return None if key == baseline or baseline not in sums else gain(sums[key], sums[baseline])


def _row(
    cells: list[dict],
    country: str,
    scores: np.ndarray,
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
    return row | {f"{layout.score}_low": low, f"{layout.score}_high": high}


def _compare(
    rows: list[dict], gains: list[Gain | None], topics: list[str | None], spec: Resampling
) -> None:
    """Each row's difference, tested by topic; means and single countries are a family each."""
    design = by_topic(topics, spec)
    for of_means in (True, False):
        family = [
            (row, one)
            for row, one in zip(rows, gains, strict=True)
            if one and (row["country"] == MEAN) == of_means
        ]
        own = [one for _, one in family]
        found = zip(family, test_gains(own, design, spec), adjusted(own, design), strict=True)
        for (row, _), tested, p_adjusted in found:
            row |= {"delta": tested.difference, "delta_low": tested.low, "delta_high": tested.high}
            row |= {"p_value": tested.p, "p_adjusted": p_adjusted}


def as_tsv(rows: list[dict], columns: tuple[str, ...]) -> str:
    """Rows as TSV; what a row has no number for is empty."""
    lines = ["\t".join(_field(row.get(name)) for name in columns) for row in rows]
    return "\n".join(["\t".join(columns), *lines]) + "\n"


def _field(value: str | int | float | None) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value + 0.0:.4f}".replace("-0.0000", "0.0000")
    return str(value)
