"""A tidy table of shares: country, item, code, share and, if known, n."""

from pathlib import Path

import polars as pl

from mores.errors import InputError

TYPES = {"country": pl.String, "item": pl.String, "code": pl.Int64, "share": pl.Float64}


def read_tidy(path: Path) -> pl.DataFrame:
    """Answers as `mass` (share) and `count` (share of n; null where n is not given)."""
    table = pl.scan_parquet(path) if path.suffix.lower() == ".parquet" else pl.scan_csv(path)
    columns = table.collect_schema().names()
    missing = [name for name in TYPES if name not in columns]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}; a tidy survey needs it")
    if "n" not in columns:
        table = table.with_columns(n=pl.lit(None, pl.Float64))
    try:
        rows = table.select(
            *(pl.col(name).cast(kind) for name, kind in TYPES.items()), pl.col("n").cast(pl.Float64)
        ).collect()
    except pl.exceptions.PolarsError as error:
        said = str(error).splitlines()[0]
        raise InputError(f"{path}: a column has the wrong type: {said}") from None
    _check(rows, path)
    total = pl.col("share").sum().over("country", "item")
    return rows.select(
        "country",
        "item",
        "code",
        mass="share",
        count=(pl.col("share") / total * pl.col("n")).round().cast(pl.Int64),
    )


def _check(rows: pl.DataFrame, path: Path) -> None:
    """Every fault is told with the first row that has it."""
    key = ["country", "item", "code"]
    faults = {
        "has an empty field": pl.any_horizontal(pl.col(*TYPES).is_null()),
        "stands twice": pl.struct(key).is_duplicated(),
        "has a share outside 0..1": ~pl.col("share").is_between(0, 1),
        "belongs to shares that sum to more than 1": (
            pl.col("share").sum().over("country", "item") > 1 + 1e-6
        ),
        "has an n that is not positive": (pl.col("n") <= 0).fill_null(False),
    }
    for said, fault in faults.items():
        faulty = rows.with_row_index("row", offset=2).filter(fault)
        if not faulty.is_empty():
            row, *names = faulty.select("row", *key).row(0)
            raise InputError(f"{path}, row {row} ({', '.join(map(str, names))}) {said}; mend it")
