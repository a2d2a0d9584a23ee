"""The split: which items norms are mined from, and which are scored; the same for all countries."""

import hashlib
from typing import Literal

from pydantic import Field

from mores.errors import InputError
from mores.method.copies import are_sisters, pairs
from mores.method.items import Bank, Item
from mores.spec import Section, Seed

By = Literal["item", "battery"]


class Split(Section):
    """Which items norms are mined from; the rest are scored."""

    seed: Seed = 2026
    """The same split for all countries comes from this seed."""
    train_per_topic: int = Field(5, ge=1, le=100_000)
    """Training items drawn from each topic; of whole batteries as many as fit."""
    by: By = Field("item", exclude_if=lambda by: by == "item")
    """What is drawn as one: an item, or all of a topic's that ask in the same words."""


def split_items(bank: Bank, split: Split) -> dict[str, str]:
    """`train` or `test` for every item, in the bank's order.

    Of each topic the items whose SHA-256 of `seed:id` is smallest are training items, so that a
    topic or an item added later moves no other. Batteries go by that of their first item, and one
    that is larger than what is left to draw is passed over; a topic of which none fits is drawn by
    item.
    """
    train = set()
    for topic in bank.topics:
        items = bank.of_topic(topic)
        if len(items) <= split.train_per_topic:
            raise InputError(
                f"split: train_per_topic: topic {topic} has {len(items)} items; "
                f"{split.train_per_topic} for training leave none to score: lower it"
            )
        units = batteries(items) if split.by == "battery" else []
        train |= _drawn(units, split) or _drawn([[item] for item in items], split)
    return {name: "train" if name in train else "test" for name in bank.items}


def _drawn(units: list[list[Item]], split: Split) -> set[str]:
    """The items of whole units, in the order of their ranks, as many as fit."""
    found: set[str] = set()
    for unit in sorted(units, key=lambda unit: _rank(split.seed, unit[0].id)):
        if len(found) + len(unit) <= split.train_per_topic:
            found |= {item.id for item in unit}
    return found


def batteries(items: list[Item]) -> list[list[Item]]:
    """Items by the battery they are of: sisters, and sisters of these (`mores.method.copies`)."""
    found: list[set[int]] = []
    told = [pairs(item.wording) for item in items]
    for at, words in enumerate(told):
        own = [unit for unit in found if any(are_sisters(words, told[other]) for other in unit)]
        found = [*(unit for unit in found if unit not in own), {at}.union(*own)]
    return [[items[at] for at in sorted(unit)] for unit in found]


def _rank(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def split_table(bank: Bank, parts: dict[str, str]) -> str:
    """The split as a table (TSV) that a paper can cite: item, topic, part."""
    rows = [f"{name}\t{bank.items[name].topic}\t{part}\n" for name, part in parts.items()]
    return "item\ttopic\tpart\n" + "".join(rows)


def read_split(table: str) -> dict[str, str]:
    """Read what `split_table` wrote: item to part."""
    lines = table.splitlines()[1:]
    return {name: part for name, _, part in (line.split("\t") for line in lines)}


def read_topics(table: str) -> dict[str, str]:
    """Of what `split_table` wrote, item to topic."""
    return {name: topic for name, topic, _ in (row.split("\t") for row in table.splitlines()[1:])}
