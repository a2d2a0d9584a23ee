"""Marginals: shares renormalised over the item bank's codes, with nothing dropped in silence."""

import logging
from pathlib import Path

import polars as pl

from mores.errors import InputError
from mores.method.items import Bank

log = logging.getLogger("mores.survey")


def to_marginals(answers: pl.DataFrame, bank: Bank, source: Path) -> pl.DataFrame:
    """Marginals of `answers`: one row per country, item and code with its `mass` (weighted count or
    share) and its `count` (respondents, null where unknown). Negative codes are missing answers.

    Where respondents have weights, `squares` sums their squares, and `n_effective` is Kish's
    (sum w)^2 / sum w^2 (Kish 1965); elsewhere it is `n`.
    """
    codes = _codes(bank)
    answers = answers.with_row_index("position")
    asked = answers.filter(pl.col("item").is_in(list(bank.items)))
    _check_items(asked, bank, source)
    known = asked.join(codes, on=["item", "code"], how="semi")
    _warn_of_codes(asked.join(codes, on=["item", "code"], how="anti"), source)
    kish = pl.col("mass").sum() ** 2 / pl.col("squares").sum()
    effective = (kish if "squares" in known.columns else _sum_or_null("count")).alias("n_effective")
    totals = (
        known.group_by("country", "item")
        .agg(pl.col("mass").sum().alias("total"), _sum_or_null("count").alias("n"), effective)
        .filter(pl.col("total") > 0)
        .with_columns(pl.col("n").round().cast(pl.Int64))
    )
    _warn_of_empty_countries(answers, totals, source)
    return (
        totals.join(codes, on="item")
        .join(
            known.select("country", "item", "code", "mass"),
            on=["country", "item", "code"],
            how="left",
        )
        .join(_tops(known), on=["country", "item", "code"], how="left")
        .sort("country", "order", "code")
        .select(
            "country",
            "item",
            "code",
            (pl.col("mass").fill_null(0.0) / pl.col("total")).alias("share"),
            pl.col("top").fill_null(False),
            "n",
            pl.col("n_effective").cast(pl.Float64),
        )
    )


def read_marginals(path: str | Path) -> pl.DataFrame:
    """Read what `import_survey` wrote."""
    return pl.read_parquet(path)


def _codes(bank: Bank) -> pl.DataFrame:
    """The bank's items and codes, with the items' order."""
    rows = [
        (item.id, code, order)
        for order, item in enumerate(bank.items.values())
        for code in item.codes
    ]
    return pl.DataFrame(rows, schema={"item": str, "code": pl.Int64, "order": int}, orient="row")


def _tops(known: pl.DataFrame) -> pl.DataFrame:
    """The most frequent answer of every cell: of equal ones the one the file names first."""
    return (
        known.sort("mass", "position", descending=[True, False])
        .unique(["country", "item"], keep="first", maintain_order=True)
        .select("country", "item", "code", top=True)
    )


def _sum_or_null(column: str) -> pl.Expr:
    """The sum, or null where any part is unknown."""
    return pl.when(pl.col(column).is_null().any()).then(None).otherwise(pl.col(column).sum())


def _check_items(asked: pl.DataFrame, bank: Bank, source: Path) -> None:
    present = set(asked["item"])
    absent = [name for name in bank.items if name not in present]
    if not present:
        raise InputError(
            f"{source}: none of the {len(bank.items)} items of the bank (first {absent[0]}) is in "
            "this file; check `survey: path` and `survey: bank`"
        )
    if absent:
        log.warning("%s: lacks %d item(s) of the bank: %s", source, len(absent), ", ".join(absent))


def _warn_of_codes(unknown: pl.DataFrame, source: Path) -> None:
    """Count answers with codes that are no missing answer and not in the bank, item by item."""
    strange = unknown.filter((pl.col("code") >= 0) & (pl.col("mass") > 0))
    for item, code, mass, countries in (
        strange.group_by("item", "code")
        .agg(pl.col("mass").sum(), pl.col("country").n_unique())
        .sort("item", "code")
        .iter_rows()
    ):
        log.warning(
            "%s: %s: code %d is not in the bank: left out (%g in %d country(ies))",
            *(source, item, code, mass, countries),
        )


def _warn_of_empty_countries(answers: pl.DataFrame, totals: pl.DataFrame, source: Path) -> None:
    empty = sorted(set(answers["country"]) - set(totals["country"]))
    if empty:
        log.warning("%s: no valid answer at all in %s: left out", source, ", ".join(empty))
    if totals.is_empty():
        raise InputError(f"{source}: no valid answer of any country; check the file and the bank")
