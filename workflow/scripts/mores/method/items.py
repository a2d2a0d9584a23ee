"""The item bank: what a survey asks, in words a model can answer for a country."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from mores.errors import InputError
from mores.method.control import control_in
from mores.spec import Section


class Item(Section):
    """One survey question with its options, in the order of the survey's own codes.

    `options` gives one text per code; a long numeric scale gives only the texts of its two ends
    (`between`) and its `codes`. `reversed` marks a reverse-keyed item: its first option points
    away from what the topic's title names.
    """

    id: str
    topic: str
    wording: str
    options: tuple[str, ...] = ()
    between: tuple[str, str] | None = None
    codes: tuple[int, ...] = Field(default=(), validate_default=True)
    kind: Literal["ordinal", "nominal"] = "ordinal"
    reversed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _count_codes_from_one(cls, data: dict) -> dict:
        if isinstance(data, dict) and "codes" not in data:
            data = data | {"codes": range(1, len(data.get("options", ())) + 1)}
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
        for text in (self.wording, *self.options, *(self.between or ())):
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

    def is_numeric(self, code: int) -> bool:
        """Whether an option says no more than its number, or is a step of a long scale."""
        return self.between is not None or self.text(code) == str(code)


@dataclass(frozen=True)
class Bank:
    """A survey's topics (key to title) and items (id to Item), both in the file's order."""

    survey: str
    topics: dict[str, str]
    items: dict[str, Item]

    def of_topic(self, topic: str) -> list[Item]:
        """The items of one topic, in the bank's order."""
        return [item for item in self.items.values() if item.topic == topic]


def load_bank(path: str | Path) -> Bank:
    """Read an item bank; every fault is an InputError that names the file and the item."""
    try:
        raw = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise InputError(f"{path}: no such item bank; check `survey: bank`") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML; mend it: {error}") from None
    missing = {"survey", "topics", "items"} - set(raw if isinstance(raw, dict) else ())
    if missing:
        raise InputError(f"{path}: an item bank needs the keys {sorted(missing)}; add them")
    items = {}
    for number, entry in enumerate(raw["items"], start=1):
        item = _item(entry, f"{path}, item {number}")
        if item.id in items:
            raise InputError(f"{path}, item {number}: {item.id} stands twice; remove one")
        if item.topic not in raw["topics"]:
            raise InputError(f"{path}, item {item.id}: no topic {item.topic!r}; add it to `topics`")
        items[item.id] = item
    return Bank(raw["survey"], raw["topics"], items)


def _item(entry: dict, where: str) -> Item:
    try:
        return Item.model_validate(entry)
    except ValidationError as error:
        name = entry.get("id", "") if isinstance(entry, dict) else ""
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'item'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise InputError(f"{where} {name}: {faults}; mend the item") from None
