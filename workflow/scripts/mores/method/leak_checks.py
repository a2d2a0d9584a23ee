"""Whether anything that norms and adapters are made of tells of an item that is scored.

Looked through are norms, traces and training files, and the prompts of all of them: a row keeps its
prompt's digest, which must be that of what the template makes of a training item.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mores.canonical import digest
from mores.errors import InputError
from mores.method.leaks import TELLING, Scored
from mores.method.norms import Way
from mores.method.rendered import Kind, Messages, Rendered
from mores.method.stage import Worded, Wording
from mores.spec import Section

log = logging.getLogger("mores.method.leak_checks")

DIGEST = re.compile(r"[0-9a-f]{64}")
COLUMNS = ("file", "rows", "texts", "sister_rows", "nearest", "nearest_item", "nearest_line")


class LeakChecking(Worded):
    """What is looked through, and how its prompts were made."""

    ways: dict[str, Way]
    """Ways to mine, by name."""
    norms_per_topic: int
    files: dict[Kind, dict[str, str]]
    """By kind the path of each file, and the way in which its norms were mined, if any."""


@dataclass
class File:
    """A file as far as it was looked through."""

    file: str
    rows: int = 0
    texts: int = 0
    sister_rows: int = 0
    """Rows of training items that have sisters among the test items."""
    nearest: float = 0.0
    """The largest share of a test item's wording that stands in a text."""
    nearest_item: str = ""
    nearest_line: int | None = None
    found: list[str] = field(default_factory=list)

    def look(self, row: dict[str, Any], asked: Messages | None, scored: Scored) -> None:
        """Look at the next row: at the items that it is of, its texts, and what was asked."""
        self.rows += 1
        of = [row["item"]] if "item" in row else row.get("items", [])
        self.sister_rows += any(scored.sisters.get(name) for name in of)
        for name in of:
            if name in scored.test:
                self._find(f"is of the test item {name}")
        for text in said(row):
            self._look_at(text, scored, "")
        if asked and digest(list(asked)) != row["prompt"]:
            self._find("its prompt is not what its template makes of its training items")
        for message in asked or ():
            self._look_at(message["content"], scored, "its prompt ")

    def _look_at(self, text: str, scored: Scored, where: str) -> None:
        self.texts += 1
        share, name = scored.wordings.nearest(text)
        if share > self.nearest:
            self.nearest, self.nearest_item, self.nearest_line = share, name, self.rows
        if leak := scored.leak(text, share, name):
            self._find(f"{where}{leak}")

    def _find(self, leak: str) -> None:
        self.found.append(f"{self.file}, line {self.rows}: {leak}")

    @property
    def row(self) -> dict[str, Any]:
        """As it stands in the table."""
        return {name: getattr(self, name) for name in COLUMNS}


def said(value: Any) -> Iterator[str]:
    """All texts of a row, at any depth: of two words or more, or what could be an item's id."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from () if name in ("item", "items") else said(one)
    elif isinstance(value, list):
        for one in value:
            yield from said(one)
    elif isinstance(value, str) and (" " in value or TELLING.fullmatch(value)):
        yield from () if DIGEST.fullmatch(value) else (value,)


def check_leaks(
    spec: LeakChecking,
    wording: Wording,
    train: list[dict],
    low: list[list[dict]] | None = None,
    high: list[list[dict]] | None = None,
    traces: list[list[dict]] | None = None,
    examples: list[list[dict]] | None = None,
) -> list[dict[str, Any]]:
    """A row for each file that was looked through; InputError where one tells of a test item.

    `train` are a country's training rows, the rest files of that country and of one model, in the
    order of `spec.files`.
    """
    parts = spec.bank.parts(wording.bank)
    scored = Scored(wording.bank, frozenset(one for one in parts if parts[one] == "test"))
    given = {"low": low, "high": high, "traces": traces, "examples": examples}
    mined = dict(zip(spec.files.get("low", {}).values(), low or [], strict=True))
    by_item = {row["item"]: row for row in train}
    rendered = Rendered(wording, spec.ways, spec.norms_per_topic, by_item, mined)
    looked = []
    for kind, files in spec.files.items():
        for (path, way), rows in zip(files.items(), given[kind] or [], strict=True):
            file = File(path)
            for row in rows:
                file.look(row, rendered.messages(kind, way, row), scored)
            looked.append(file)
    refuse([leak for file in looked for leak in file.found])
    return [file.row for file in looked]


def refuse(found: list[str]) -> None:
    """Raise InputError where a leak was found: it names the first, and the log has all."""
    for leak in found:
        log.error("%s", leak)
    if found:
        more = f" (and {len(found) - 1} more, in the log)" if found[1:] else ""
        raise InputError(
            f"{found[0]}{more}; scores would measure that: take it out of what brought it there "
            "(a template, the item bank, the file itself), and make the file again"
        )


class LeakListing(Section):
    """Which files must have been looked through."""

    files: tuple[str, ...]


def list_leaks(spec: LeakListing, checks: list[list[dict]] | None = None) -> str:
    """The table (TSV) of all files that were looked through, sorted, none of which leaks."""
    rows = sorted((row for rows in checks or [] for row in rows), key=lambda row: row["file"])
    if absent := {*spec.files} - {row["file"] for row in rows}:
        raise InputError(f"{min(absent)}: not looked through for leaks; run again")
    lines = [
        [f"{value:.3f}" if isinstance(value, float) else value for value in map(row.get, COLUMNS)]
        for row in rows
    ]
    told = ["\t".join("" if value is None else str(value) for value in line) for line in lines]
    return "\n".join(["\t".join(COLUMNS), *told]) + "\n"
