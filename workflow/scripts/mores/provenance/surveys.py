"""Marginals by content: a survey is read once for each of its contents, whoever wants it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mores.canonical import digest
from mores.contents import file_digest, sha256
from mores.engine.locks import holding
from mores.errors import InputError
from mores.files import whole, write_json
from mores.method.items import Bank
from mores.provenance import versions
from mores.provenance.fingerprint import SCRIPTS, module_digests
from mores.rows import read_json
from mores.survey.format import Format
from mores.survey.importing import read_survey
from mores.survey.rows import Rows

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger("mores.survey")

STORE = Path("work/survey")


def imported(path: str, bank: Bank, spec: Rows) -> "pl.DataFrame":
    """Marginals for a country's rows, whose answers must be those that the spec says."""
    marginals = stored_marginals(path, bank, spec.format, spec.weights)
    own = marginals.filter(marginals["country"] == spec.country)
    if digest(own.rows()) != spec.answers:
        raise InputError(
            f"{path}: {spec.country}: changed since this run was planned; run again, and what it "
            "shapes is made anew"
        )
    return marginals


def stored_marginals(path: str, bank: Bank, format: Format, weights: bool) -> "pl.DataFrame":
    """What `read_survey` returns, from the store where it has been read before.

    It is handed out only if it is, by digest, what was put in; else the survey is read again.
    """
    from mores.survey.marginals import read_marginals

    stored = STORE / f"{_key(path, bank, format, weights)}.parquet"
    note = stored.with_suffix(".digest.json")
    with holding(stored.with_suffix(".lock")):
        if _is_whole(stored, note):
            return read_marginals(stored)
        marginals = read_survey(path, bank, format, weights)
        with whole(stored) as temporary:
            marginals.write_parquet(temporary)
        write_json(note, sha256(stored))
    return marginals


def _is_whole(stored: Path, note: Path) -> bool:
    if not stored.exists():
        return False
    if _noted(note) == sha256(stored):
        return True
    log.warning("%s is not what was put in: the survey is read again", stored)
    return False


def _noted(path: Path) -> Any:
    """What a note holds; None where there is none, or none that can be read."""
    with suppress(InputError):
        return read_json(path)
    return None


def country_digests(path: str, bank: Bank, format: Format, weights: bool) -> dict[str, str]:
    """By country, the digest of its marginals: another country's answers make nothing of it stale.

    Raises InputError where the file cannot be used; warnings are left to the import's own log.
    """
    known = STORE / f"{_key(path, bank, format, weights)}.json"
    kept = _noted(known)
    if isinstance(kept, dict) and kept.get("digest") == digest(kept.get("countries")):
        return kept["countries"]
    with _silent():
        marginals = stored_marginals(path, bank, format, weights)
    by_country = marginals.partition_by("country", as_dict=True)
    found = {country: digest(rows.rows()) for (country,), rows in by_country.items()}
    write_json(known, {"countries": found, "digest": digest(found)})
    return found


def _key(path: str, bank: Bank, format: Format, weights: bool) -> str:
    """Digest of all that shapes marginals: file, codes, settings, code, packages."""
    codes = [[item.id, item.codes] for item in bank.items.values()]
    made_by = [_code(), versions.locked(versions.SURVEY)]
    return digest([file_digest(path), codes, format, weights, made_by])[:16]


@cache
def _code() -> dict[str, str]:
    return module_digests(SCRIPTS / "mores/survey/importing.py")


@contextmanager
def _silent() -> Iterator[None]:
    """No log of the survey's meanwhile, whatever happens."""

    def nothing(_record: logging.LogRecord) -> bool:
        return False

    log.addFilter(nothing)
    try:
        yield
    finally:
        log.removeFilter(nothing)
