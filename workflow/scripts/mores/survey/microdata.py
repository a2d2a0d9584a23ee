"""WVS-7 microdata as distributed: one row a respondent; CSV, SPSS or Stata."""

import logging
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import polars as pl

from mores.errors import InputError, one_line
from mores.method.items import LARGEST_CODE, Bank
from mores.survey.codes import check_countries
from mores.tables import check_fields, head_of

log = logging.getLogger("mores.survey")

COUNTRY, WEIGHT = "B_COUNTRY_ALPHA", "W_WEIGHT"
NO_CODE = -LARGEST_CODE - 1
# Weights below are rounded away, weights above make sums too coarse to tell shares.
WEIGHTS = (1e-4, 1e9)


def read_microdata(path: Path, bank: Bank, weights: bool) -> pl.DataFrame:
    """Answers per country, item and code: `mass` (sum of weights), `squares` (sum of squared
    weights) and `count` (respondents)."""
    wanted = [COUNTRY, *([WEIGHT] if weights else []), *bank.items]
    frame = _read_csv(path, wanted) if path.suffix.lower() == ".csv" else _read_stat(path, wanted)
    _check(frame, path)
    respondents = _weigh(frame, path) if weights else frame.with_columns(_weight=pl.lit(1.0))
    items = [name for name in bank.items if name in frame.columns]
    schema = {"country": str, "item": str, "code": pl.Int64, "mass": float, "squares": float}
    empty = pl.DataFrame(schema=schema | {"count": pl.Int64})
    return pl.concat([empty, *(_tally(respondents, item) for item in items)])


def _tally(respondents: pl.DataFrame, item: str) -> pl.DataFrame:
    """One item's answers: weights, squared weights and respondents per country and code.

    Weights are summed in no fixed order; rounding keeps the file the same to the byte.
    """
    return (
        respondents.lazy()
        .select(country=COUNTRY, code=pl.col(item), weight="_weight")
        .drop_nulls("code")
        .group_by("country", "code")
        .agg(
            mass=pl.col("weight").sum().round(9),
            squares=(pl.col("weight") ** 2).sum().round_sig_figs(12),
            count=pl.len().cast(pl.Int64),
        )
        .sort("country", "code")
        .select(
            pl.col("country").cast(pl.String),
            pl.lit(item).alias("item"),
            pl.col("code").cast(pl.Int64),
            pl.col("mass").cast(pl.Float64),
            pl.col("squares").cast(pl.Float64),
            "count",
        )
        .collect()
    )


def _check(frame: pl.DataFrame, path: Path) -> None:
    """Every respondent has a country, and every answer is a whole number or empty."""
    nameless = frame.select((pl.col(COUNTRY).cast(pl.String).fill_null("") == "").sum()).item()
    if nameless:
        raise InputError(f"{path}: {nameless} respondent(s) without a {COUNTRY}; fill it in")
    check_countries(frame[COUNTRY].cast(pl.String).unique().sort(), f"{path}, {COUNTRY}")
    items = frame.drop(COUNTRY, WEIGHT, strict=False)
    faulty = {answers.name: (answers == NO_CODE).sum() for answers in items}
    told = ", ".join(f"{name} ({count} answers)" for name, count in faulty.items() if count)
    if told:
        raise InputError(f"{path}: no whole number as the code: {told}; mend or empty them")


def _weigh(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Respondents with a positive weight; the others are counted by country and left out."""
    weight = pl.col(WEIGHT)
    usable = weight.is_not_null() & weight.is_finite() & (weight > 0)
    extreme = frame.filter(usable & ~weight.is_between(*WEIGHTS))
    if not extreme.is_empty():
        raise InputError(
            f"{path}: {len(extreme)} {WEIGHT}(s) outside {WEIGHTS[0]:g} to {WEIGHTS[1]:g}, the "
            f"first {extreme[WEIGHT][0]:g}; mend them or set `survey: weights: false`"
        )
    dropped = frame.filter(~usable.fill_null(False)).group_by(COUNTRY).len().sort(COUNTRY)
    kept = frame.filter(usable).rename({WEIGHT: "_weight"})
    lost = sorted(set(dropped[COUNTRY].cast(str)) - set(kept[COUNTRY].cast(str)))
    if lost:
        raise InputError(
            f"{path}: no respondent of {', '.join(lost)} has a positive {WEIGHT}; mend the weights "
            "or set `survey: weights: false`"
        )
    if not dropped.is_empty():
        told = ", ".join(f"{country} {count}" for country, count in dropped.iter_rows())
        log.warning("%s: respondents without a positive %s left out: %s", path, WEIGHT, told)
    return kept


def _read_csv(path: Path, wanted: list[str]) -> pl.DataFrame:
    """Read the wanted columns of a CSV file, comma or semicolon between its fields."""
    separator, names = head_of(path, utf8=False)
    columns = _present(names, wanted, path)
    # Names of places, which nobody asks for, may be in any encoding.
    check_fields(path, separator, len(names), utf8=False)
    scan = partial(pl.scan_csv, path, separator=separator, encoding="utf8-lossy")
    types = dict.fromkeys(wanted, pl.Float64) | {COUNTRY: pl.Categorical}
    try:
        return (
            scan(
                schema_overrides={given: types[name] for given, name in columns.items()},
                infer_schema=False,
                decimal_comma=separator == ";",
                null_values=["", " "],
            )
            .select(pl.col(given).alias(name) for given, name in columns.items())
            .with_columns(_whole(columns.values()))
            .collect(engine="streaming")
        )
    except pl.exceptions.PolarsError as error:
        said = one_line(str(error).partition("\n")[0])
        raise InputError(f"{path}: answers must be numeric codes: {said}") from None


def _read_stat(path: Path, wanted: list[str]) -> pl.DataFrame:
    """Read the wanted columns of an SPSS (.sav, .zsav) or Stata (.dta) file, codes not labels."""
    import pyreadstat

    read = pyreadstat.read_dta if path.suffix.lower() == ".dta" else pyreadstat.read_sav
    try:
        _, metadata = read(path, metadataonly=True)
        if None in metadata.column_names:
            raise ValueError("a column without a name")
        rows = metadata.number_rows or 0
        if rows > path.stat().st_size:  # memory is taken for as many as it tells of
            raise ValueError(f"it tells of {rows:,} rows, and has fewer bytes")
        columns = _present(metadata.column_names, wanted, path)
        frame, _ = read(path, usecols=[*columns], output_format="polars")
    except InputError:
        raise
    except Exception as error:  # of a damaged file pyreadstat raises whatever it stumbles over
        raise InputError(f"{path}: cannot be read ({one_line(error)}); check the file") from None
    frame = frame.select(pl.col(given).alias(name) for given, name in columns.items())
    # A column without any value comes back as text: an item that a one-country file never asked.
    other = [
        name for name in frame.columns if name != COUNTRY and not frame[name].dtype.is_numeric()
    ]
    text = [name for name in other if frame[name].count()]
    if text:
        raise InputError(f"{path}: {text[0]} holds text, not numeric codes; export codes")
    numeric = frame.with_columns(pl.col(other).cast(pl.Float64))
    return numeric.with_columns(_whole(columns.values()))


def _whole(columns: Iterable[str]) -> pl.Expr:
    """Codes as small integers; what is no whole number, or far too large, becomes NO_CODE."""
    codes = pl.col([name for name in columns if name not in (COUNTRY, WEIGHT)])
    whole = (codes == codes.round()) & codes.is_between(NO_CODE + 1, -NO_CODE - 1)
    return pl.when(whole | codes.is_null()).then(codes).otherwise(NO_CODE).cast(pl.Int16)


def _present(present: list[str], wanted: list[str], path: Path) -> dict[str, str]:
    """By the file's name of a column the wanted one, whose case may differ, as Stata's does.

    Those that it cannot do without are an error.
    """
    spelt: dict[str, list[str]] = {}
    for name in present:
        spelt.setdefault(name.casefold(), []).append(name)
    found: dict[str, str] = {}
    for name in wanted:
        names = spelt.get(name.casefold(), [])
        if len(names) > 1:
            raise InputError(f"{path}: columns {', '.join(names)}: which is {name}? rename it")
        found |= dict.fromkeys(names, name)
    missing = [name for name in (COUNTRY, WEIGHT) if name in wanted and name not in found.values()]
    if missing:
        raise InputError(
            f"{path}: no column {', '.join(missing)}; is this WVS-7 microdata, or a tidy table "
            "(country, item, code, share)? (no weights: set `survey: weights: false`)"
        )
    return found
