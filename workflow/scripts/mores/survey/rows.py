"""A country's own answers, apart from all others', so that its steps depend on no other country."""

import logging
from typing import TYPE_CHECKING

from mores.errors import InputError
from mores.method.items import Bank
from mores.spec import Section
from mores.survey.format import Format
from mores.survey.part import BankPart
from mores.survey.split import read_split

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger("mores.survey")

DIGITS = 6  # of a sum of weights, which is the same in any order of summing
NOT_ASKED = {"top": None, "shares": None, "n": None, "n_effective": None}


class Rows(Section):
    """What a country's rows are made with."""

    country: str
    format: Format
    weights: bool
    answers: str
    """Digest of the country's marginals."""
    bank: BankPart


def split_country(
    spec: Rows, bank: Bank, split: str, imported: "pl.DataFrame"
) -> dict[str, list[dict]]:
    """A country's training and test rows; `imported` are the survey's marginals."""
    return country_rows(imported, bank, read_split(split), spec.country)


def country_rows(
    marginals: "pl.DataFrame", bank: Bank, parts: dict[str, str], country: str
) -> dict[str, list[dict]]:
    """A country's rows by part (`train`, `test`): every item, in the bank's order.

    `top` is the code of the most frequent answer, `n` how many answered, `n_effective` how many
    unweighted ones would err as much. All are None for items the country was not asked, which are
    counted in a warning.
    """
    cells: dict[str, dict] = {}
    mine = marginals.filter(marginals["country"] == country)
    if mine.is_empty():
        known = ", ".join(marginals["country"].unique().sort())
        raise InputError(
            f"countries: the survey has no answers of {country}; it has {known}; mend the list"
        )
    for row in mine.iter_rows(named=True):
        n_effective = row["n_effective"] and round(row["n_effective"], DIGITS)
        counts = {"n": row["n"], "n_effective": n_effective}
        cell = cells.setdefault(row["item"], {"top": None, "shares": {}} | counts)
        cell["shares"][str(row["code"])] = row["share"]
        if row["top"]:
            cell["top"] = row["code"]
    missing = [name for name in parts if name not in cells]
    if missing:
        log.warning("%s was not asked %d item(s): %s", country, len(missing), ", ".join(missing))
    rows: dict[str, list[dict]] = {"train": [], "test": []}
    for name, part in parts.items():
        answer = cells.get(name, NOT_ASKED)
        rows[part].append({"item": name, "topic": bank.items[name].topic} | answer)
    return rows
