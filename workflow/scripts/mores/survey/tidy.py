"""A tidy table of shares: country, item, code, share and, if known, n."""

from pathlib import Path

import polars as pl

from mores.errors import InputError, one_line
from mores.method.items import LARGEST_CODE
from mores.survey.aggregate import MOST
from mores.survey.codes import COUNTRY
from mores.tables import check_fields, head_of

LARGEST_N = 1e9
TYPES = {"country": pl.String, "item": pl.String, "code": pl.Float64, "share": pl.Float64}


def read_tidy(path: Path) -> pl.DataFrame:
    """Answers as `mass` (share) and `count` (share of n; null where n is not given)."""
    try:
        rows = _read(path)
    except pl.exceptions.PolarsError as error:
        said = one_line(str(error).partition("\n")[0])
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
    table = pl.scan_parquet(path) if path.suffix.lower() == ".parquet" else _scan_csv(path)
    columns = table.collect_schema().names()
    missing = [name for name in TYPES if name not in columns]
    if missing:
        mend = "a tidy survey needs it, in small letters"
        raise InputError(f"{path}: no column {', '.join(missing)}; {mend}")
    n = pl.col("n") if "n" in columns else pl.lit(None).alias("n")
    return table.select(
        *(pl.col(name).cast(kind) for name, kind in TYPES.items()), n.cast(pl.Float64)
    ).collect()


def _scan_csv(path: Path) -> pl.LazyFrame:
    """A CSV file, its numbers with a decimal comma where semicolons stand between fields."""
    separator, names = head_of(path)
    check_fields(path, separator, len(names), utf8=True)
    types = {name: kind for name, kind in {**TYPES, "n": pl.Float64}.items() if name in names}
    return pl.scan_csv(
        path,
        separator=separator,
        decimal_comma=separator == ";",
        infer_schema=False,
        schema_overrides=types,
        null_values=["", " "],
    )


def _check(rows: pl.DataFrame, path: Path) -> None:
    """Every fault is told with the first row that has it."""
    key = ["country", "item", "code"]
    faults = {
        "has an empty field": pl.any_horizontal(pl.col(*TYPES).is_null()),
        "has no country's code, which is three capital letters (ISO 3166)": ~pl.col(
            "country"
        ).str.contains(f"^{COUNTRY.pattern}$"),
        "has a code that is no whole number of few digits": ~(
            (pl.col("code") % 1 == 0) & (pl.col("code").abs() <= LARGEST_CODE)
        ),
        "stands twice": pl.struct(key).is_duplicated(),
        "has a share outside 0..1": ~pl.col("share").is_between(0, 1),
        "belongs to shares that sum to more than 1": (
            pl.col("share").sum().over("country", "item") > MOST
        ),
        "has an n that is no number of people": ~pl.col("n")
        .is_between(0, LARGEST_N, closed="right")
        .fill_null(True),
        "has another n than its item's other codes": (
            pl.col("n").n_unique().over("country", "item") > 1
        ),
    }
    for said, fault in faults.items():
        faulty = rows.with_row_index("row", offset=2).filter(fault)
        if not faulty.is_empty():
            row, country, item, code = faulty.select("row", *key).row(0)
            cell = one_line(f"{country}, {item}, {'' if code is None else f'{code:g}'}")
            raise InputError(f"{path}, row {row} ({cell}) {said}; mend it")
