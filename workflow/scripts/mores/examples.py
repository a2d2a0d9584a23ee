"""Examples: what an adapter learns from, in files that a human can read."""

import logging
from itertools import cycle
from typing import Any

from mores.stage import Wording

log = logging.getLogger("mores.examples")


def answer_examples(wording: Wording, train: list[dict]) -> list[dict[str, Any]]:
    """One row per answered training item: the prompt without norms, and the bare top answer."""
    return [
        _example(wording, row["item"]) | {"answer": str(row["top"])}
        for row in train
        if row["top"] is not None
    ]


def trace_examples(wording: Wording, traces: list[dict]) -> list[dict[str, Any]]:
    """One row per right trace: the prompt *without* norms, so that the norm moves into thinking."""
    return [
        _example(wording, row["item"]) | {"completion": row["text"], "request": row["request"]}
        for row in traces
        if row["verdict"] == "right"
    ]


def preference_pairs(
    wording: Wording, traces: list[dict], rejected: list[dict]
) -> list[dict[str, Any]]:
    """One row per right trace whose item has a wrong one: `chosen` and `rejected`, no norms.

    Wrong traces are the tuned model's own; an item of which it has none falls back on the wrong
    traces that were sampled with the norm in context (`rejected_from`: `tuned` or `distilled`),
    and an item with neither has no pair. Both are counted in the log.
    """
    right, wrong = _texts(traces, "right"), _texts(rejected, "wrong")
    spare = _texts(traces, "wrong")
    pairs, fallen, bare = [], [], []
    for item, chosen in right.items():
        source = "tuned" if item in wrong else "distilled"
        against = wrong.get(item) or spare.get(item)
        if against is None:
            bare.append(item)
            continue
        if source == "distilled":
            fallen.append(item)
        pairs += [
            _example(wording, item) | {"chosen": yes, "rejected": no, "rejected_from": source}
            for yes, no in zip(chosen, cycle(against), strict=False)
        ]
    code = wording.country.code
    log.info("%s: %d pairs of %d items", code, len(pairs), len(right) - len(bare))
    log.info("%s: %d item(s) fall back on distilled traces: %s", code, len(fallen), _list(fallen))
    log.info("%s: %d item(s) have no wrong trace and no pair: %s", code, len(bare), _list(bare))
    return pairs


def _example(wording: Wording, item: str) -> dict[str, Any]:
    (message,) = wording.question(wording.item(item))
    return {"country": wording.country.code, "item": item, "prompt": message["content"]}


def _texts(rows: list[dict], verdict: str) -> dict[str, list[str]]:
    """The texts of an item's traces that got a verdict, by item."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] == verdict:
            found.setdefault(row["item"], []).append(row["text"])
    return found


def _list(names: list[str]) -> str:
    return ", ".join(names) or "none"
