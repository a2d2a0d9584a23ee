"""Marks: whose results lie in a folder, what was claimed when, and which studies use a store.

No study then overwrites another's results unawares, or frees what another may need.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mores.canonical import digest
from mores.errors import InputError
from mores.files import write_json, write_text
from mores.provenance.records import part
from mores.rows import read_json
from mores.spec import Section
from mores.study.claims import Entries, claims_of, entered

if TYPE_CHECKING:
    from mores.study.settings import Settings

MARK = "results/study.json"


class Mark(Section):
    """What tells a study from others: its survey, its questions, the models it began with."""

    survey: str
    bank: str
    models: tuple[str, ...]
    claims: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """What its hypotheses say."""


class Record(Section):
    """What lies with the results: the mark of whose they are, and what was claimed when."""

    survey: str
    bank: str
    models: tuple[str, ...]
    claims: Entries = Field(default_factory=dict)


def mark_of(settings: "Settings") -> Mark:
    """The mark of a study's results."""
    config = settings.config
    return Mark(
        survey=config.survey.path,
        bank=config.survey.bank,
        models=settings.models,
        claims=claims_of(config),
    )


def check_mark(path: str | Path, own: Mark) -> None:
    """Raise InputError where the results of a folder are another study's.

    A study may add models or drop some: one that it began with is enough to know it by.
    """
    if not Path(path).exists():
        return
    found = read_record(path)
    odd = [
        f"{name} {there} (here {here})"
        for name, there, here in (
            ("survey", found.survey, own.survey),
            ("bank", found.bank, own.bank),
        )
        if there != here
    ]
    if not set(found.models) & set(own.models):
        odd.append(f"models {', '.join(found.models)} (here {', '.join(own.models)})")
    if odd:
        raise InputError(
            f"{path}: the results here are another study's: {'; '.join(odd)}. Was a `--configfile` "
            "or `--config survey=` forgotten? Else run in another folder, with --directory; or, if "
            f"these results may go, delete {path}"
        )


def read_record(path: str | Path) -> Record:
    """The record of a folder of results."""
    return Record.model_validate(read_json(path))


def mark_path(result: str | Path) -> Path:
    """Where the mark of a result's folder lies."""
    results, _ = part(result)
    return results / Path(MARK).name


def put_mark(path: Path, own: Mark, store: Path) -> None:
    """Mark results as this study's, if nobody has marked them, and the store as used by it.

    Its claims are entered, if they are not yet there as they are now.
    """
    check_mark(path, own)
    told = own.model_dump(exclude={"claims"})
    record = read_record(path) if path.exists() else Record(**told)
    claims = entered(own.claims, record.claims, path.parent)
    if not path.exists() or claims != record.claims:
        write_json(path, record.model_copy(update={"claims": claims}).model_dump(mode="json"))
    note = _note(path.parent, store)
    if not note.exists():
        write_text(note, f"{os.path.relpath(path.parent, store)}\n")


def other_users(results: Path, store: Path) -> dict[Path, str]:
    """By note the results, from the store's folder, of other studies that have used the store."""
    own = _note(results, store)
    notes = sorted(path for path in own.parent.glob("*.txt") if path != own)
    return {path: path.read_text(encoding="utf-8").strip() for path in notes}


def _note(results: Path, store: Path) -> Path:
    """A store's note of a study; they may move together."""
    return store / "studies" / f"{digest(os.path.relpath(results, store))[:16]}.txt"
