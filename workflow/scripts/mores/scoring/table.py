"""The scores table: one row per country, model and method, the mean over countries, references."""

from collections import defaultdict

import numpy as np

from mores.errors import InputError
from mores.method.replies import REASONS
from mores.scoring.resample import (
    Difference,
    Resampling,
    Sums,
    difference,
    draws,
    holm,
    interval,
    mean_difference,
    swaps,
)
from mores.survey.split import read_split

MEAN, BASELINE = "MEAN", "vanilla"
COLUMNS = (
    *("country", "model", "method", "n_items", "n_valid"),
    *("alignment", "alignment_low", "alignment_high", "strict", "top_match", "invalid_rate"),
    *("delta", "delta_low", "delta_high", "p_value", "p_holm", "place"),
    *("strict_best", "item_alignment", "n_answers", "n_without_norms"),
    *(f"invalid_{reason}" for reason in REASONS),
)
COUNTS = ("n_items", "n_valid", "n_answers", "n_without_norms", *COLUMNS[-len(REASONS) :])
AVERAGED = ("strict", "top_match", "invalid_rate", "strict_best", "item_alignment")


class Table(Resampling):
    """What the table of scores is made with."""

    packages: dict[str, list[str]]
    """Locked versions of the packages that compute it."""


def score_table(spec: Table, cells: list[dict], references: list[dict], split: str) -> str:
    """The table of scores of the whole grid, over the test items of the split (TSV)."""
    items = [name for name, part in read_split(split).items() if part == "test"]
    return scores_table(cells, references, items, spec)


def scores_table(
    cells: list[dict], references: list[dict], items: list[str], spec: Resampling
) -> str:
    """The table as TSV, sorted by country, model and method: the same input gives the same bytes.

    `cells` are what `score_cell` wrote, `references` what `score_references` wrote, `items` the
    test items. Raises InputError where a model lacks a cell that another country has.
    """
    _check_grid(cells)
    counts = draws(len(items), spec.resamples, spec.seed)
    swap = swaps(len(items), spec.resamples, spec.seed)
    by_cell = {(cell["model"], cell["method"], cell["country"]): cell for cell in cells}
    sums = {key: _sums(cell, items) for key, cell in by_cell.items()}
    rows = []
    for model, method in sorted({key[:2] for key in by_cell}):
        countries = sorted(key[2] for key in by_cell if key[:2] == (model, method))
        keys = [(model, method, country) for country in countries]
        paired = [_difference(key, sums, counts, swap) for key in keys]
        differences = [one for one in paired if one]
        spread = [sums[key].scores(counts) for key in keys]
        own = [by_cell[key] for key in keys]
        for cell, scores, pair in zip(own, spread, paired, strict=True):
            rows.append(_row([cell], cell["country"], scores, pair, spec))
        together = mean_difference(differences) if differences else None
        rows.append(_row(own, MEAN, np.mean(spread, axis=0), together, spec))
    _correct(rows)
    _place(rows, references)
    return _format(rows + references)


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


def _sums(cell: dict, items: list[str]) -> Sums:
    """A cell's sums over all test items, zeros where it has none."""
    at = {name: index for index, name in enumerate(items)}
    squares, weights = np.zeros(len(items)), np.zeros(len(items))
    index = [at[name] for name in cell["items"]]
    squares[index], weights[index] = cell["squares"], cell["weights"]
    return Sums(squares, weights)


def _difference(key: tuple, sums: dict, counts: np.ndarray, swap: np.ndarray) -> Difference | None:
    """The cell's difference from the baseline of its model and country."""
    baseline = (key[0], BASELINE, key[2])
    if key == baseline or baseline not in sums:
        return None
    return difference(sums[key], sums[baseline], counts, swap)


def _row(
    cells: list[dict], country: str, scores: np.ndarray, paired: Difference | None, spec: Resampling
) -> dict:
    """One row: counts are summed over the cells, scores averaged."""
    row = {"country": country, "model": cells[0]["model"], "method": cells[0]["method"]}
    row |= {name: sum(cell[name] for cell in cells) for name in COUNTS}
    row |= {name: float(np.mean([cell[name] for cell in cells])) for name in AVERAGED}
    row["alignment"] = float(np.mean([cell["alignment"] for cell in cells]))
    row["alignment_low"], row["alignment_high"] = interval(scores, spec.confidence)
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


def _place(rows: list[dict], references: list[dict]) -> None:
    """Where a score lies between the other countries' mean (0) and the human ceiling (100)."""
    known = {(row["country"], row["method"]): row["alignment"] for row in references}
    for row in rows:
        floor = known.get((row["country"], "other_mean"))
        ceiling = known.get((row["country"], "ceiling"))
        if floor is not None and ceiling is not None and ceiling != floor:
            row["place"] = 100 * (row["alignment"] - floor) / (ceiling - floor)


def _format(rows: list[dict]) -> str:
    ordered = sorted(rows, key=lambda row: (row["country"], row["model"], row["method"]))
    lines = ["\t".join(_field(row.get(name)) for name in COLUMNS) for row in ordered]
    return "\n".join(["\t".join(COLUMNS), *lines]) + "\n"


def _field(value: str | int | float | None) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value + 0.0:.4f}".replace("-0.0000", "0.0000")
    return str(value)
