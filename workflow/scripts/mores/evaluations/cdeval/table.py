"""Profiles beside each other: per country and dimension, and held against countries' scores."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from mores.errors import InputError
from mores.evaluations.cdeval.baselines import baseline_rows
from mores.evaluations.cdeval.items import DIMENSIONS
from mores.evaluations.cdeval.profile import Items
from mores.evaluations.cdeval.rows import ENDS, Rows
from mores.scoring.resample import Resampling, percentage
from mores.scoring.table import BASELINE, WHY_INVALID, Layout, View

COLUMNS = (
    *("country", "model", "method", "dimension", "domain", "n_items", "n_answers", "n_valid"),
    *("likelihood", *(f"likelihood_{end}" for end in ENDS), "likelihood_min", "likelihood_max"),
    *("reference", "n_references", "distance", *(f"distance_{end}" for end in ENDS)),
    *("delta", *(f"delta_{end}" for end in ENDS)),
    *("rank_correlation", *(f"rank_correlation_{end}" for end in ENDS)),
    *("first_share", "invalid_rate", "n_without_norms", *WHY_INVALID, "marks"),
)


def _of(dimension: str) -> View:
    return View(dimension, lambda cell: [one.startswith(f"{dimension} ") for one in cell["topics"]])


# What contrasts are of: the likelihood of the high pole, in points, by dimension.
LAYOUT = Layout(
    columns=COLUMNS,
    score="likelihood",
    formula=percentage,
    sums=("amounts", "weights"),
    averaged=(),
    views=tuple(map(_of, DIMENSIONS)),
    whole=False,
)


def table(
    spec: Resampling, cells: list[dict], _references: list[dict] | None, _split: str | None
) -> str:
    """The table as TSV: by country, model and method, then dimensions, then their domains."""
    if any(cell["items"] != cells[0]["items"] for cell in cells):
        raise InputError("cells: they are over different items; score all of them again")
    _check_countries(cells)
    rows = Rows(Items(tuple(cells[0]["topics"])), spec)
    found = [*baseline_rows(cells, rows.items), *_of_models(rows, cells)]
    found.sort(key=lambda row: (row["country"], row["model"], row["method"]))
    lines = ["\t".join(_field(row.get(name)) for name in COLUMNS) for row in found]
    return "\n".join(["\t".join(COLUMNS), *lines]) + "\n"


def _check_countries(cells: list[dict]) -> None:
    """A mean over countries must be over all of them."""
    countries = {cell["country"] for cell in cells}
    have = {(cell["model"], cell["method"], cell["country"]) for cell in cells}
    for model, method in sorted({(cell["model"], cell["method"]) for cell in cells}):
        missing = sorted(one for one in countries if (model, method, one) not in have)
        if missing:
            raise InputError(
                f"cells: {model} {method} has no cell of {', '.join(missing)}, others do; "
                "score those cells too"
            )


def _of_models(rows: Rows, cells: list[dict]) -> Iterator[dict]:
    """Model by model, since every method of one is held against its baseline."""
    ordered = sorted(cells, key=lambda cell: (cell["model"], cell["method"], cell["country"]))
    for _, of_model in groupby(ordered, key=lambda cell: cell["model"]):
        methods = {
            method: [*of] for method, of in groupby(of_model, key=lambda cell: cell["method"])
        }
        baseline = rows.profiles(methods[BASELINE]) if BASELINE in methods else None
        for method, of_method in methods.items():
            yield from rows.of_method(of_method, None if method == BASELINE else baseline)


def _field(value: str | int | float | None) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value + 0.0:.4f}".replace("-0.0000", "0.0000")
    return str(value)
