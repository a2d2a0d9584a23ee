"""Answers: test items put to a model, for a country, with or without norms in context."""

import logging
from collections import Counter
from typing import Any

from mores.engine import Completion, Request
from mores.errors import InputError
from mores.items import Item
from mores.prompts import parse_choice, split_thinking
from mores.stage import Stage, provenance, sampling

log = logging.getLogger("mores.answers")


def norms_by_topic(stage: Stage, high: list[dict], path: str) -> dict[str, list[str]]:
    """High-level norms of every topic of the bank; a topic that has none gets an empty list."""
    norms = {row["topic"]: row["norms"] or [] for row in high}
    absent = [topic for topic in stage.bank.topics if topic not in norms]
    if absent:
        raise InputError(f"{path}: no row for topic {', '.join(absent)}; mine the norms again")
    bare = [topic for topic in stage.bank.topics if not norms[topic]]
    if bare:
        log.warning("%s: no norms on %s: answered without", path, ", ".join(bare))
    return norms


def answer_items(
    stage: Stage, items: list[Item], norms: dict[str, list[str]] | None, spec: dict
) -> list[dict[str, Any]]:
    """`samples` rows per item, in the order of the items: the choice, or why it is invalid.

    Norms of the item's topic go into the user turn before the question (in-context alignment);
    with `norms` None the question stands alone.
    """
    asked = [
        (item, sample, (norms or {}).get(item.topic, []))
        for item in items
        for sample in range(spec["samples"])
    ]
    requests = [
        Request(
            stage.render("answer", item.topic, item=item, norms=given),
            sampling(spec["sampling"], stage.country.code, item.id, sample),
        )
        for item, sample, given in asked
    ]
    completions = stage.ask(requests, f"answers {stage.country.code}")
    rows = [
        {"item": item.id, "sample": sample, "n_norms": len(given)}
        | read_answer(completion, item)
        | provenance(request, completion, stage.model)
        for (item, sample, given), request, completion in zip(
            asked, requests, completions, strict=True
        )
    ]
    _report(stage, rows)
    return rows


def read_answer(completion: Completion, item: Item) -> dict[str, Any]:
    """Thinking, answer, and the option it names; an answer cut by the length limit is invalid."""
    thinking, answer = split_thinking(completion.text)
    choice, invalid = parse_choice(answer, item.codes)
    if completion.finish_reason == "length":
        choice, invalid = None, "cut"
    return {"answer": answer, "thinking": thinking, "choice": choice, "invalid": invalid}


def _report(stage: Stage, rows: list[dict[str, Any]]) -> None:
    invalid = Counter(row["invalid"] for row in rows if row["invalid"])
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(invalid.items()))
    log.info("%s: %d answers, invalid: %s", stage.country.code, len(rows), told or "none")
