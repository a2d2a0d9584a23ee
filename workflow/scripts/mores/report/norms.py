"""Norms as the page browses them: each with its topic, its source items, and who mined it."""

from typing import Any

from mores.method.items import Bank
from mores.spec import Section

DIGITS = 4  # of people's shares


class Mined(Section):
    """Who mined a file of norms, in which way, for which country."""

    mining: str
    model: str
    country: str


def high_norms(mined: Mined, rows: list[dict]) -> list[dict[str, Any]]:
    """A file's high-level norms, each with its place in its topic and the items it came from."""
    return [
        {**_named(mined), "topic": row["topic"], "at": at, "text": text, "items": row["items"]}
        for row in rows
        for at, text in enumerate(row["norms"] or [])
    ]


def low_norms(mined: Mined, rows: list[dict]) -> list[dict[str, Any]]:
    """A file's low-level norms, each of one item."""
    return [
        {**_named(mined), "topic": row["topic"], "item": row["item"], "text": row["norm"]}
        for row in rows
        if row["norm"] is not None
    ]


def missing(mined: Mined, rows: list[dict], field: str) -> list[dict[str, Any]]:
    """What a file lacks, and why: topics, or items, whose norms never parsed."""
    return [
        {**_named(mined), "topic": row["topic"], "item": row.get("item"), "reason": row["reason"]}
        for row in rows
        if row[field] is None
    ]


def people(rows: list[dict], bank: Bank) -> dict[str, Any]:
    """By item a country's shares in the order of the item's codes, and how many answered."""
    found = {}
    for row in rows:
        if row["shares"]:
            codes = bank.items[row["item"]].codes
            shares = [round(row["shares"].get(str(code), 0), DIGITS) for code in codes]
            found[row["item"]] = {"shares": shares, "n": row["n"]}
    return found


def questions(bank: Bank) -> dict[str, Any]:
    """By item its topic, words and options."""
    return {
        item.id: {
            "topic": item.topic,
            "wording": item.wording,
            "codes": list(item.codes),
            "options": [item.text(code) for code in item.codes],
        }
        for item in bank.items.values()
    }


def _named(mined: Mined) -> dict[str, str]:
    return mined.model_dump()
