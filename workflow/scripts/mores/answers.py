"""Answers: test items put to a model, for a country, with or without norms in context."""

import logging
from collections import Counter
from itertools import cycle, islice
from typing import Any

from mores.engine import Completion
from mores.errors import InputError
from mores.items import Item
from mores.prompts import parse_choice, split_thinking
from mores.stage import Stage, provenance, sampling
from mores.thinking import ask_thinking

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


def control_norms(
    norms: dict[str, list[str]], control: str | None, neutral: list[str]
) -> dict[str, list[str]]:
    """Norms by topic, or what stands in their place to tell what else than norms could help.

    `shuffled`: each topic gets the norms of the next one that has any, so none keeps its own.
    `neutral`: lines that state no norm, each as many words long as the norm it stands for.
    """
    if control == "shuffled":
        having = [topic for topic in norms if norms[topic]]
        if len(having) < 2:
            log.warning("norms on %d topic(s) alone cannot be shuffled: none given", len(having))
            return {topic: [] for topic in norms}
        following = dict(zip(having, having[1:] + having[:1], strict=True))
        return {topic: norms[following[topic]] if topic in following else [] for topic in norms}
    if control == "neutral":
        words = cycle(" ".join(neutral).split())
        return {
            topic: [" ".join(islice(words, len(norm.split()))) for norm in norms[topic]]
            for topic in norms
        }
    return norms


def shown_examples(stage: Stage, train: list[dict], count: int) -> dict[str, list[dict[str, Any]]]:
    """By topic, the first `count` training items that the country answered, with its top answer."""
    examples: dict[str, list[dict[str, Any]]] = {topic: [] for topic in stage.bank.topics}
    for row in train:
        if row["top"] is not None and len(examples[row["topic"]]) < count:
            shown = {"item": stage.item(row["item"]), "answer": row["top"]}
            examples[row["topic"]].append(shown)
    return examples


def answer_items(
    stage: Stage,
    items: list[Item],
    norms: dict[str, list[str]],
    examples: dict[str, list[dict[str, Any]]],
    spec: dict,
) -> list[dict[str, Any]]:
    """`samples` rows per item, in the order of the items: the choice, or why it is invalid.

    Norms and examples of the item's topic, as far as there are any, go into the user turn before
    the question (in-context alignment), put in the words of the method's `prompt`.
    """
    method = spec["method"]
    asked = [
        (item, sample, norms.get(item.topic, [])[: method["norms_per_topic"]])
        for item in items
        for sample in range(spec["samples"])
    ]
    requests = [
        stage.request(
            stage.question(item, given, method["prompt"], examples.get(item.topic, [])),
            sampling(spec["sampling"], stage.country.code, item.id, sample),
        )
        for item, sample, given in asked
    ]
    label = f"answers {stage.country.code}"
    completions = ask_thinking(stage, requests, method["thinking"], label)
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
