"""The item bank: what a survey asks, in words a model can answer for a country."""

from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase as LETTERS
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, model_validator

from mores.errors import InputError, one_line, shown
from mores.method.control import control_in
from mores.spec import Section
from mores.yamls import read_yaml

LARGEST_CODE = 2**15 - 1
FEW = 5  # faults told of one entry
LONGEST_NAME, LONGEST_TEXT = 200, 20_000


def _name(text: str) -> str:
    """A name that stands in tables: in one line, without blanks around it."""
    if not text.isprintable() or text != text.strip():
        raise ValueError("a name has no line ends, tabs or blanks around it")
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("no text; write some")
    return text


ItemName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_name)]
TopicName = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_name)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_text)]
# Below zero are missing answers. Strict, since `true` is no 1.
Code = Annotated[int, Field(strict=True, ge=0, le=LARGEST_CODE)]


class Item(Section):
    """One survey question with its options, in the order of the survey's own codes.

    `options` gives one text per code; a long numeric scale gives only the texts of its two ends
    (`between`) and its `codes`. `reversed` marks a reverse-keyed item: its first option points
    away from what the topic's title names.
    """

    id: ItemName
    topic: TopicName
    wording: Text
    options: tuple[Text, ...] = ()
    between: tuple[Text, Text] | None = None
    codes: tuple[Code, ...] = Field(default=(), validate_default=True)
    kind: Literal["ordinal", "nominal"] = "ordinal"
    reversed: bool = False
    wordings: tuple[Text, ...] = ()
    """Further wordings, for variants."""

    unit: ClassVar[str] = "number"
    """What an option is answered with."""

    @model_validator(mode="before")
    @classmethod
    def _count_codes_from_one(cls, data: Any) -> Any:
        options = data.get("options") if isinstance(data, dict) else None
        if isinstance(options, list | tuple) and "codes" not in data:
            data = data | {"codes": tuple(range(1, len(options) + 1))}
        return data

    @model_validator(mode="after")
    def _check_options(self) -> "Item":
        if bool(self.options) == bool(self.between):
            raise ValueError("give either `options` or `between`")
        if self.between and not self.codes:
            raise ValueError("`between` needs `codes`")
        if self.options and len(self.options) != len(self.codes):
            raise ValueError(f"{len(self.options)} options for {len(self.codes)} codes")
        if len(self.codes) < 2 or list(self.codes) != sorted(set(self.codes)):
            raise ValueError("codes must be at least two, distinct and ascending")
        if len(set(self.options)) != len(self.options):
            raise ValueError("two options have the same text")
        for text in (self.wording, *self.wordings, *self.options, *(self.between or ())):
            if token := control_in(text):
                raise ValueError(f"chat models take {token} for a sign, not for words: take it out")
        return self

    @property
    def span(self) -> int:
        """The largest distance between two codes."""
        return self.codes[-1] - self.codes[0]

    def text(self, code: int) -> str:
        """The words of an option; a step inside a long scale is told by its number."""
        position = self.codes.index(code)
        if self.between is None:
            return self.options[position]
        ends = {0: self.between[0], len(self.codes) - 1: self.between[1]}
        return ends.get(position, str(code))

    def label(self, code: int) -> str:
        """What an option is answered with: its code."""
        return str(code)

    def is_numeric(self, code: int) -> bool:
        """Whether an option says no more than its number, or is a step of a long scale."""
        return self.between is not None or self.text(code) == str(code)


class Lettered(Item):
    """An item whose options are answered with letters."""

    unit: ClassVar[str] = "letter"

    def label(self, code: int) -> str:
        """The letter of an option, A for the first."""
        return LETTERS[self.codes.index(code)]


@dataclass(frozen=True)
class Bank:
    """A survey's topics (key to title) and items (id to Item), both in the file's order."""

    survey: str
    topics: dict[str, str]
    items: dict[str, Item]

    def of_topic(self, topic: str) -> list[Item]:
        """The items of one topic, in the bank's order."""
        return [item for item in self.items.values() if item.topic == topic]


class _File(Section):
    """An item bank as it stands in a file; other keys hold what its anchors name."""

    model_config = ConfigDict(extra="ignore")

    survey: Text
    topics: dict[Annotated[TopicName, Field(min_length=1)], Text] = Field(min_length=1)
    items: list[Any] = Field(min_length=1)


def load_bank(path: str | Path) -> Bank:
    """Read an item bank; every fault is an InputError that names the file and the item."""
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise InputError(f"{path}: an item bank needs the keys survey, topics, items; add them")
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{path}: {faults_of(error)}; mend the item bank") from None
    items: dict[str, Item] = {}
    for number, entry in enumerate(file.items, start=1):
        item = _item(entry, f"{path}, item {number}")
        if item.id in items:
            raise InputError(f"{path}, item {number}: {item.id} stands twice; remove one")
        if item.topic not in file.topics:
            raise InputError(
                f"{path}, item {item.id}: no topic {shown(item.topic)}; add it to `topics`"
            )
        items[item.id] = item
    return Bank(file.survey, file.topics, items)


def _item(entry: Any, where: str) -> Item:
    try:
        return Item.model_validate(entry)
    except ValidationError as error:
        name = shown(entry.get("id", "")) if isinstance(entry, dict) else ""
        raise InputError(f"{where} {name}: {faults_of(error)}; mend the item") from None


def faults_of(error: ValidationError) -> str:
    """What is wrong with a value, part by part, and what stands there."""
    return "; ".join(
        f"{one_line('.'.join(map(str, fault['loc']))) or 'the whole'}: {fault['msg']}"
        + (f", not {shown(fault['input'])}" if fault["type"].endswith("_type") else "")
        + (" without quotes" if fault["type"] == "string_type" else "")
        for fault in error.errors()[:FEW]
    )
