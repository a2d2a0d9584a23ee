"""Surveys in, marginals out: each country's share per option, whatever the file looks like."""

import logging
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from mores.errors import InputError, one_line
from mores.method.items import Bank
from mores.spec import Section
from mores.survey.format import Format
from mores.survey.part import BankPart
from mores.tables import head_of

if TYPE_CHECKING:
    import polars as pl


log = logging.getLogger("mores.told.survey")

# By the ending of a file's name its kind; of a CSV file the columns tell.
KINDS = dict.fromkeys((".sav", ".zsav", ".dta"), "microdata")
KINDS |= {".json": "aggregate", ".parquet": "tidy", ".csv": ""}


class Import(Section):
    """What marginals are made with."""

    format: Format
    weights: bool
    survey: str
    """Digest of the file."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that read it."""
    bank: BankPart


def import_survey(spec: Import, bank: Bank, survey: Path) -> "pl.DataFrame":
    """Marginals of all countries, as `read_survey` returns them."""
    marginals = read_survey(survey, bank, spec.format, spec.weights)
    log.info("%s: %s", survey, found(marginals, bank))
    return marginals


def found(marginals: "pl.DataFrame", bank: Bank) -> str:
    """What was found, in a line: countries, items, respondents, and what is missing."""
    countries = marginals["country"].n_unique()
    cells = marginals.unique(["country", "item"])
    asked = dict(cells.group_by("country").len().iter_rows())
    missing = {code: len(bank.items) - n for code, n in sorted(asked.items())}
    lacking = ", ".join(f"{code} {count}" for code, count in missing.items() if count)
    n = sorted(cells["n"].drop_nulls().to_list())
    known = f"{n[0]:,} to {n[-1]:,}" if n else "an unknown number of"
    items = f"{marginals['item'].n_unique()} of {len(bank.items)} items"
    return (
        f"{countries} countries, {items}, {known} respondents an item; items not asked: "
        f"{lacking or 'none'}"
    )


def read_survey(
    path: str | Path, bank: Bank, format: str = "auto", weights: bool = True
) -> "pl.DataFrame":
    """Read a survey file of any of the three kinds into marginals.

    Returns columns `country` (str), `item` (str), `code` (i64), `share` (f64, summing to 1 per
    country and item over the bank's codes), `top` (bool, the most frequent answer; of equal ones
    the one the file names first), `n` (i64, respondents with a valid answer, null where unknown)
    and `n_effective` (f64, how many unweighted ones would err as much: `to_marginals`), sorted by
    country, then by the bank's order. Cells nobody answered have no rows.
    """
    from mores.survey.aggregate import read_aggregate
    from mores.survey.marginals import to_marginals
    from mores.survey.microdata import read_microdata
    from mores.survey.tidy import read_tidy

    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such survey file; check `survey: path`")
    _refuse_archive(path)
    format = kind_of(path) if format == "auto" else format
    if format == "microdata":
        answers = read_microdata(path, bank, weights)
    elif format == "aggregate":
        answers = read_aggregate(path)
    else:
        answers = read_tidy(path)
    return to_marginals(answers, bank, path)


def _refuse_archive(path: Path) -> None:
    """Raise InputError, with what is in it, where a survey is still as it was distributed."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        held = [one for one in archive.namelist() if Path(one).suffix.lower() in KINDS]
    mend = f"unpack it and name {one_line(held[0])}" if held else "it holds no survey; name one"
    raise InputError(f"{path}: a zip archive; {mend} as `survey: path`")


def kind_of(path: Path) -> str:
    """Tell the kind of a survey file by its name and, for CSV, by its columns."""
    kind = KINDS.get(path.suffix.lower())
    if kind:
        return kind
    if path.suffix.lower() != ".csv":
        raise InputError(f"{path}: not .csv, .sav, .dta, .json or .parquet; give `survey: format`")
    _, columns = head_of(path, utf8=False)
    names = {name.lower() for name in columns}
    return "tidy" if {"country", "item", "code", "share"} <= names else "microdata"
