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

    `top` is the code of the most frequent answer; `top`, `shares` and `n` are None for items the
    country was not asked, which are counted in a warning.
    """
    cells: dict[str, dict] = {}
    mine = marginals.filter(marginals["country"] == country)
    if mine.is_empty():
        known = ", ".join(marginals["country"].unique().sort())
        raise InputError(
            f"countries: the survey has no answers of {country}; it has {known}; mend the list"
        )
    for name, code, share, top, n in mine.select("item", "code", "share", "top", "n").iter_rows():
        cell = cells.setdefault(name, {"top": None, "shares": {}, "n": n})
        cell["shares"][str(code)] = share
        if top:
            cell["top"] = code
    missing = [name for name in parts if name not in cells]
    if missing:
        log.warning("%s was not asked %d item(s): %s", country, len(missing), ", ".join(missing))
    rows: dict[str, list[dict]] = {"train": [], "test": []}
    for name, part in parts.items():
        answer = cells.get(name, {"top": None, "shares": None, "n": None})
        rows[part].append({"item": name, "topic": bank.items[name].topic} | answer)
    return rows
