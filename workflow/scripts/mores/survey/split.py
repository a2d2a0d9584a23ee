"""The split: which items norms are mined from, and which are scored; the same for all countries."""

import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from mores.errors import InputError
from mores.files import write_text
from mores.items import Bank

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger("mores.survey")


def split_items(bank: Bank, seed: int, train_per_topic: int) -> dict[str, str]:
    """`train` or `test` for every item, in the bank's order.

    Of each topic the items whose SHA-256 of `seed:id` is smallest are training items, so that a
    topic or an item added later moves no other.
    """
    train = set()
    for topic in bank.topics:
        items = bank.of_topic(topic)
        if len(items) <= train_per_topic:
            raise InputError(
                f"split: train_per_topic: topic {topic} has {len(items)} items; "
                f"{train_per_topic} for training leave none to score: lower it"
            )
        ranked = sorted(items, key=lambda item: _rank(seed, item.id))
        train |= {item.id for item in ranked[:train_per_topic]}
    return {name: "train" if name in train else "test" for name in bank.items}


def _rank(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def write_split(path: str | Path, bank: Bank, parts: dict[str, str]) -> None:
    """Write the split as a table a paper can cite: item, topic, part."""
    rows = [f"{name}\t{bank.items[name].topic}\t{part}\n" for name, part in parts.items()]
    write_text(path, "item\ttopic\tpart\n" + "".join(rows))


def read_split(path: str | Path) -> dict[str, str]:
    """Read what `write_split` wrote: item to part."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()[1:]
    return {name: part for name, _, part in (line.split("\t") for line in lines)}


def country_rows(
    marginals: "pl.DataFrame", bank: Bank, parts: dict[str, str], country: str
) -> dict[str, list[dict]]:
    """A country's rows by part (`train`, `test`): every item, in the bank's order.

    `top` is the code of the most frequent answer; `top`, `shares` and `n` are None for items the
    country was not asked, which are counted in a warning.
    """
    cells: dict[str, dict] = {}
    mine = marginals.filter(marginals["country"] == country)
    if mine.is_empty():
        known = ", ".join(marginals["country"].unique().sort())
        raise InputError(
            f"countries: the survey has no answers of {country}; it has {known}; mend the list"
        )
    for _, name, code, share, top, n in mine.iter_rows():
        cell = cells.setdefault(name, {"top": None, "shares": {}, "n": n})
        cell["shares"][str(code)] = share
        if top:
            cell["top"] = code
    missing = [name for name in parts if name not in cells]
    if missing:
        log.warning("%s was not asked %d item(s): %s", country, len(missing), ", ".join(missing))
    rows: dict[str, list[dict]] = {"train": [], "test": []}
    for name, part in parts.items():
        answer = cells.get(name, {"top": None, "shares": None, "n": None})
        rows[part].append({"item": name, "topic": bank.items[name].topic} | answer)
    return rows
