"""The split: which items norms are mined from, and which are scored; the same for all countries."""

import hashlib

from pydantic import Field

from mores.errors import InputError
from mores.method.items import Bank
from mores.spec import Section, Seed


class Split(Section):
    """Which items norms are mined from; the rest are scored."""

    seed: Seed = 2026
    """The same split for all countries comes from this seed."""
    train_per_topic: int = Field(5, ge=1, le=100_000)
    """Training items drawn from each topic."""


def split_items(bank: Bank, split: Split) -> dict[str, str]:
    """`train` or `test` for every item, in the bank's order.

    Of each topic the items whose SHA-256 of `seed:id` is smallest are training items, so that a
    topic or an item added later moves no other.
    """
    train = set()
    for topic in bank.topics:
        items = bank.of_topic(topic)
        if len(items) <= split.train_per_topic:
            raise InputError(
                f"split: train_per_topic: topic {topic} has {len(items)} items; "
                f"{split.train_per_topic} for training leave none to score: lower it"
            )
        ranked = sorted(items, key=lambda item: _rank(split.seed, item.id))
        train |= {item.id for item in ranked[: split.train_per_topic]}
    return {name: "train" if name in train else "test" for name in bank.items}


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
