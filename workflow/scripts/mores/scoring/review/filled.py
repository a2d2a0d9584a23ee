"""Filled sheets: what each rater said of each norm, as it stands in the files."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mores.errors import InputError, shown
from mores.scoring.review.sheet import LABELS, QUESTIONS
from mores.tables import check_fields, head_of

NEEDED = ("sheet", "id", *QUESTIONS)


class Label(NamedTuple):
    """A rater's answer to one question on one norm."""

    rater: str
    id: str
    question: str
    label: str


def read_filled(folder: Path, sheet: str, ids: Iterable[str]) -> list[Label]:
    """The labels of all CSV files of a folder, in the order of their names.

    An InputError names the file, and the row at fault. An empty cell is no label.
    """
    found: list[Label] = []
    stands: dict[str, str] = {}
    for path in sorted(folder.glob("*.csv")):
        labels = _read(path, sheet, set(ids))
        rater = labels[0].rater
        if rater in stands:
            raise InputError(
                f"{path}: the rater {shown(rater)} stands in {stands[rater]} too; keep the later "
                "sheet, or name another rater"
            )
        stands[rater] = path.name
        found += labels
    if not found:
        raise InputError(f"{folder}: no filled sheet (*.csv) in this folder; put them there")
    return found


def _read(path: Path, sheet: str, ids: set[str]) -> list[Label]:
    """One file's labels, of one rater: the one in `rater`, or else the file's name."""
    separator, names = head_of(path)
    check_fields(path, separator, len(names), utf8=True)
    if absent := [name for name in NEEDED if name not in names]:
        raise InputError(f"{path}: no column {', '.join(absent)}; is this a filled sheet?")
    with open(path, encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=separator))
    raters = sorted({row.get("rater", "").strip().removeprefix("'") for row in rows} - {""})
    if len(raters) > 1:
        raise InputError(f"{path}: several raters ({', '.join(raters)}); give each a file")
    rater = raters[0] if raters else path.stem
    seen: dict[str, int] = {}
    labels = []
    for number, row in enumerate(rows, start=1):
        where, name = f"{path}, row {number}", row["id"].strip()
        if row["sheet"].strip() != sheet or name not in ids:
            raise InputError(
                f"{where}: {shown(name)} is not on sheet {sheet}, which the study now has; score a "
                "sheet with the study that wrote it"
            )
        if name in seen:
            raise InputError(f"{where}: {name} stands in row {seen[name]} too; drop one")
        seen[name] = number
        labels += [Label(rater, name, one, _label(row[one], where, one)) for one in QUESTIONS]
    given = [label for label in labels if label.label]
    if not given:
        raise InputError(f"{path}: nothing is filled in; fill it, or take it out of the folder")
    return given


def _label(cell: str, where: str, question: str) -> str:
    label = cell.strip().casefold()
    if label and label not in LABELS:
        raise InputError(
            f"{where}: {shown(cell)} under {question!r}; write {', '.join(LABELS)}, or nothing"
        )
    return label
