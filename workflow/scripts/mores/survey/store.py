"""Marginals by content: a survey is read once for each of its contents, whoever wants it."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from mores.digests import file_digest
from mores.files import digest, read_json, whole, write_json
from mores.items import Bank
from mores.locks import holding
from mores.survey import import_survey

if TYPE_CHECKING:
    import polars as pl

STORE = Path("work/survey")


def stored_marginals(path: str, bank: Bank, format: str, weights: bool) -> "pl.DataFrame":
    """What `import_survey` returns, from the store where it has been read before."""
    from mores.survey.marginals import read_marginals

    stored = STORE / f"{_key(path, bank, format, weights)}.parquet"
    with holding(stored.with_suffix(".lock")):
        if not stored.exists():
            marginals = import_survey(path, bank, format, weights)
            with whole(stored) as temporary:
                marginals.write_parquet(temporary)
    return read_marginals(stored)


def country_digests(path: str, bank: Bank, format: str, weights: bool) -> dict[str, str]:
    """By country, the digest of its marginals: another country's answers make nothing of it stale.

    Raises InputError where the file cannot be used; warnings are left to the import's own log.
    """
    known = STORE / f"{_key(path, bank, format, weights)}.json"
    if not known.exists():
        log = logging.getLogger("mores.survey")
        log.addFilter(_nothing)
        marginals = stored_marginals(path, bank, format, weights)
        log.removeFilter(_nothing)
        by_country = marginals.partition_by("country", as_dict=True)
        write_json(known, {country: digest(rows.rows()) for (country,), rows in by_country.items()})
    return read_json(known)


def _key(path: str, bank: Bank, format: str, weights: bool) -> str:
    codes = {item.id: item.codes for item in bank.items.values()}
    return digest([file_digest(path), codes, format, weights])[:16]


def _nothing(_record: logging.LogRecord) -> bool:
    return False
