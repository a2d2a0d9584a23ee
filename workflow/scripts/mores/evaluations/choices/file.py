"""Files of multiple-choice questions, as they are shared: JSONL or CSV, one question a row."""

import ast
import csv
import io
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mores.canonical import digest
from mores.errors import InputError, shown
from mores.method.items import Item, faults_of
from mores.rows import parse_json, read_jsonl, read_text
from mores.spec import Section
from mores.tables import check_fields, head_of

FEW = 5  # options told in an error
LETTER = re.compile(r"\(?([A-Za-z])\)?[.:]?")
# How a column holds Python's defaultdict, as one shared set has it.
DEFAULTDICT = "defaultdict("
SPELT = ("[", "{", DEFAULTDICT)  # how a text begins that spells a list or a mapping


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
            raise InputError(f"{self.where}: {faults_of(error)}; mend the row") from None

    def right_for(self, called: set[str]) -> int | None:
        """The code of the right option for a country of these names; None if it is not asked."""
        if self.country and self.country.casefold() not in called:
            return None
        gold = self.gold
        if isinstance(gold, dict):
            own = [value for name, value in gold.items() if str(name).casefold() in called]
            if not own:
                return None
            if len(own) > 1:
                raise InputError(f"{self.where}: the country stands twice; drop one of the two")
            gold = own[0]
        return self._most_frequent(gold) if isinstance(gold, list) else self._named(gold)

    def _most_frequent(self, shares: list[Any]) -> int:
        """The option with the largest share, and of several the first, as in a survey."""
        numbers = [one for one in shares if type(one) in (int, float) and 0 <= one < math.inf]
        if not len(numbers) == len(shares) == len(self.options) or not any(numbers):
            raise InputError(
                f"{self.where}: {len(self.options)} shares are needed, one an option, not "
                f"{shown(shares)}; mend the row"
            )
        return 1 + numbers.index(max(numbers))

    def _named(self, gold: Any) -> int:
        """An option by its text, else by its letter, else by its number."""
        text = _told(gold, self.where, "the right option")
        same = [option.strip().casefold() == text.casefold() for option in self.options]
        if any(same):
            return 1 + same.index(True)
        letter = LETTER.fullmatch(text)
        code = ord(letter[1].upper()) - ord("A") + 1 if letter else self._number(text)
        if code is None or not 1 <= code <= len(self.options):
            raise InputError(
                f"{self.where}: the right option {shown(text)} is none of {self._listed}, "
                f"nor its letter, nor its number counted from {self.count_from}; mend the row, or "
                "see `columns: gold` and `count_from` of the evaluation"
            )
        return code

    @property
    def _listed(self) -> str:
        return ", ".join(map(shown, self.options[:FEW])) + ", ..." * (len(self.options) > FEW)

    def _number(self, text: str) -> int | None:
        whole = re.fullmatch(r"([0-9]{1,4})(\.0)?", text)
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
            id=_optional(values, columns.id, where),
            wording=_text(values, columns.question, where),
            options=options or _options(values, columns.options, where),
            topic=_optional(values, columns.topic, where),
            country=_optional(values, columns.country, where),
            gold=_parsed(_wanted(values, columns.gold, where), where),
            count_from=count_from,
        )
    if not number:
        raise InputError(f"{path}: no question in this file")


def _values(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix != ".csv":
        yield from read_jsonl(path)
        return
    separator, names = head_of(path)
    check_fields(path, separator, len(names), utf8=True)
    # Not splitlines, which ends lines at U+2028 too.
    reader = csv.DictReader(io.StringIO(read_text(path)), delimiter=separator, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not CSV ({error}); mend it") from None


def _wanted(values: dict[str, Any], name: str, where: str) -> Any:
    value = values.get(name)
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        known = ", ".join(shown(one) for one in values)
        raise InputError(
            f"{where}: nothing under {name!r}; it has {known}: name the columns under `columns` of "
            "the evaluation, or mend the row"
        )
    return value


def _text(values: dict[str, Any], name: str, where: str) -> str:
    return _told(_wanted(values, name, where), where, repr(name))


def _optional(values: dict[str, Any], name: str, where: str) -> str:
    value = values.get(name)
    return "" if value is None else _told(value, where, repr(name))


def _told(value: Any, where: str, what: str) -> str:
    """The text of a value that is one: a text, a number, or true or false."""
    if not isinstance(value, str | int | float) or value in (math.inf, -math.inf) or value != value:
        raise InputError(
            f"{where}: {what}: a text or number is wanted, not {shown(value)}; mend it"
        )
    return str(value).strip()


def _options(values: dict[str, Any], columns: str | tuple[str, ...], where: str) -> tuple[str, ...]:
    """The options of a row: a list, a text that lists them (JSON, or parted by `|`), or columns."""
    if not isinstance(columns, str):
        return tuple(_text(values, name, where) for name in columns)
    listed = _parsed(_wanted(values, columns, where), where)
    if isinstance(listed, str) and not listed.strip().startswith(SPELT):
        found = listed.split("|")
    else:
        found = listed
    if not isinstance(found, list):
        raise InputError(f"{where}: options are a list, not {shown(found)}; mend the row")
    return tuple(_told(option, where, "an option") for option in found)


def _parsed(value: Any, where: str) -> Any:
    """A value that a text field spells: a list or a mapping, in JSON or as Python writes it."""
    if not isinstance(value, str) or not value.strip().startswith(SPELT):
        return value
    text = value.strip()
    if text.startswith(DEFAULTDICT) and "{" in text:
        text = text[text.index("{") :].removesuffix(")")
    try:
        return parse_json(text, where)
    except InputError:
        pass
    try:
        return _literal(text, where)
    except InputError:
        raise
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def _literal(text: str, where: str) -> Any:
    """A value as Python writes it; InputError where a mapping gives a key twice."""
    with warnings.catch_warnings():  # what is no Python may look as if a blank were missing
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = ast.parse(text, mode="eval")
    value = ast.literal_eval(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and len(node.keys) > len(ast.literal_eval(node)):
            raise InputError(f"{where}: a mapping gives a key twice; drop one")
    return value
