"""Files of multiple-choice questions, as they are shared: JSONL or CSV, one question a row."""

import ast
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mores.canonical import digest
from mores.errors import InputError
from mores.method.items import Item
from mores.rows import read_jsonl, read_text
from mores.spec import Section

LETTER = re.compile(r"\(?([A-Za-z])\)?[.:]?")
# How a column holds Python's defaultdict, as one shared set has it.
DEFAULTDICT = re.compile(r"^defaultdict\(.*?,\s*(\{.*\})\)$", re.S)


class Columns(Section):
    """What the file calls its columns."""

    question: str = "question"
    options: str | tuple[str, ...] = "options"
    """One column that lists them, or one column for each."""
    gold: str = "gold"
    """The right option by its text, letter or number; or shares of the options; or either by
    country."""
    country: str = "country"
    """Where a question is about one country alone: its code or name."""
    topic: str = "topic"
    id: str = "id"


@dataclass(frozen=True)
class Row:
    """A question as it stands in the file."""

    where: str
    id: str
    wording: str
    options: tuple[str, ...]
    topic: str
    country: str
    gold: Any
    count_from: int

    def item(self, topic: str) -> Item:
        """The question as an item of a topic; its options are numbered from 1."""
        name = self.id or digest([self.wording, self.options])[:12]
        try:
            return Item(
                id=name, topic=topic, wording=self.wording, options=self.options, kind="nominal"
            )
        except ValidationError as error:
            faults = "; ".join(fault["msg"] for fault in error.errors())
            raise InputError(f"{self.where}: {faults}; mend the row") from None

    def right_for(self, called: set[str]) -> int | None:
        """The code of the right option for a country of these names; None if it is not asked."""
        if self.country and self.country.casefold() not in called:
            return None
        gold = self.gold
        if isinstance(gold, dict):
            own = [value for name, value in gold.items() if str(name).casefold() in called]
            if not own:
                return None
            gold = own[0]
        return self._most_frequent(gold) if isinstance(gold, list) else self._named(gold)

    def _most_frequent(self, shares: list[Any]) -> int:
        """The option with the largest share, and of several the first, as in a survey."""
        numbers = [one for one in shares if isinstance(one, int | float) and one >= 0]
        if len(numbers) != len(self.options) or not sum(numbers):
            raise InputError(
                f"{self.where}: {len(self.options)} shares are needed, one an option, not {shares}"
            )
        return 1 + numbers.index(max(numbers))

    def _named(self, gold: Any) -> int:
        """An option by its text, else by its letter, else by its number."""
        text = str(gold).strip()
        same = [option.strip().casefold() == text.casefold() for option in self.options]
        if any(same):
            return 1 + same.index(True)
        letter = LETTER.fullmatch(text)
        code = ord(letter[1].upper()) - ord("A") + 1 if letter else self._number(text)
        if code is None or not 1 <= code <= len(self.options):
            raise InputError(
                f"{self.where}: the right option {text!r} is none of {', '.join(self.options)}, "
                f"nor its letter, nor its number counted from {self.count_from}; mend the row, or "
                "see `columns: gold` and `count_from` of the evaluation"
            )
        return code

    def _number(self, text: str) -> int | None:
        whole = re.fullmatch(r"(\d{1,4})(\.0)?", text)
        return int(whole[1]) - self.count_from + 1 if whole else None


def read_rows(
    path: Path, columns: Columns, options: tuple[str, ...] | None, count_from: int
) -> Iterator[Row]:
    """The questions of a file, in its order; InputError names the file and the row at fault."""
    number = 0
    for number, values in enumerate(_values(path), start=1):
        where = f"{path}, row {number}"
        if not isinstance(values, dict):
            raise InputError(f"{where}: keys with values are wanted, not {type(values).__name__}")
        yield Row(
            where=where,
            id=_optional(values, columns.id),
            wording=_text(values, columns.question, where),
            options=options or _options(values, columns.options, where),
            topic=_optional(values, columns.topic),
            country=_optional(values, columns.country),
            gold=_parsed(_wanted(values, columns.gold, where)),
            count_from=count_from,
        )
    if not number:
        raise InputError(f"{path}: no question in this file")


def _values(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix != ".csv":
        yield from read_jsonl(path)
        return
    reader = csv.DictReader(read_text(path).splitlines(keepends=True), strict=True)
    names = [name.removeprefix("\ufeff") for name in reader.fieldnames or []]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{path}: the column {twice[0]!r} stands twice; rename one")
    reader.fieldnames = names
    try:
        for number, row in enumerate(reader, start=1):
            if None in row or None in row.values():
                raise InputError(
                    f"{path}, row {number}: not as many fields as there are columns; mend the row"
                )
            yield row
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not CSV ({error}); mend it") from None


def _wanted(values: dict[str, Any], name: str, where: str) -> Any:
    value = values.get(name)
    if value is None or not str(value).strip():
        known = ", ".join(map(str, values))
        raise InputError(
            f"{where}: nothing under {name!r}; it has {known}: name the columns under `columns` of "
            "the evaluation, or mend the row"
        )
    return value


def _text(values: dict[str, Any], name: str, where: str) -> str:
    return str(_wanted(values, name, where)).strip()


def _optional(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return "" if value is None else str(value).strip()


def _options(values: dict[str, Any], columns: str | tuple[str, ...], where: str) -> tuple[str, ...]:
    """The options of a row: a list, a text that lists them (JSON, or parted by `|`), or columns."""
    if not isinstance(columns, str):
        found = [_text(values, name, where) for name in columns]
    else:
        listed = _parsed(_wanted(values, columns, where))
        found = listed.split("|") if isinstance(listed, str) else listed
    if not isinstance(found, list):
        raise InputError(f"{where}: options are a list, not {found!r}; mend the row")
    return tuple(str(option).strip() for option in found)


def _parsed(value: Any) -> Any:
    """A value that a text field spells: a list or a mapping, in JSON or as Python writes it."""
    if not isinstance(value, str) or not value.strip().startswith(("[", "{", "defaultdict(")):
        return value
    text = DEFAULTDICT.sub(r"\1", value.strip())
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
