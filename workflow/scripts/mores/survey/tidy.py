"""A tidy table of shares: country, item, code, share and, if known, n."""

from pathlib import Path

import polars as pl

from mores.errors import InputError
from mores.survey.aggregate import MOST

TYPES = {"country": pl.String, "item": pl.String, "code": pl.Float64, "share": pl.Float64}


def read_tidy(path: Path) -> pl.DataFrame:
    """Answers as `mass` (share) and `count` (share of n; null where n is not given)."""
    try:
        rows = _read(path)
    except pl.exceptions.PolarsError as error:
        said = str(error).splitlines()[0]
        raise InputError(f"{path}: no table, or a column has the wrong type: {said}") from None
    _check(rows, path)
    total = pl.col("share").sum().over("country", "item")
    return rows.select(
        "country",
        "item",
        pl.col("code").cast(pl.Int64),
        mass="share",
        count=pl.col("share") / total * pl.col("n"),
    )


def _read(path: Path) -> pl.DataFrame:
    """The table's columns, codes still as they are given."""
    table = pl.scan_parquet(path) if path.suffix.lower() == ".parquet" else pl.scan_csv(path)
    columns = table.collect_schema().names()
    missing = [name for name in TYPES if name not in columns]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}; a tidy survey needs it")
    n = pl.col("n") if "n" in columns else pl.lit(None).alias("n")
    return table.select(
        *(pl.col(name).cast(kind) for name, kind in TYPES.items()), n.cast(pl.Float64)
    ).collect()


def _check(rows: pl.DataFrame, path: Path) -> None:
    """Every fault is told with the first row that has it."""
    key = ["country", "item", "code"]
    faults = {
        "has an empty field": pl.any_horizontal(pl.col(*TYPES).is_null()),
        "has a code that is no whole number": ~(pl.col("code") % 1 == 0),
        "stands twice": pl.struct(key).is_duplicated(),
        "has a share outside 0..1": ~pl.col("share").is_between(0, 1),
        "belongs to shares that sum to more than 1": (
            pl.col("share").sum().over("country", "item") > MOST
        ),
        "has an n that is not positive": (pl.col("n") <= 0).fill_null(False),
        "has another n than its item's other codes": (
            pl.col("n").n_unique().over("country", "item") > 1
        ),
    }
    for said, fault in faults.items():
        faulty = rows.with_row_index("row", offset=2).filter(fault)
        if not faulty.is_empty():
            row, country, item, code = faulty.select("row", *key).row(0)
            cell = f"{country}, {item}, {'' if code is None else f'{code:g}'}"
            raise InputError(f"{path}, row {row} ({cell}) {said}; mend it")
