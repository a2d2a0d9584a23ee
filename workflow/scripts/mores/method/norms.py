"""Norm mining: what a country's answers to the training items say about its norms.

Three ways (Wang, Zhu and Sang, arXiv 2511.13359). `topic` (T): high-level norms from the topic and
the country alone. `top1` (TQ-TA): a low-level norm from each training item and the country's most
frequent answer, then high-level norms from a topic's low-level norms. `ranked` (TQ-RA): the same
with all answers in order of frequency.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from mores.method.control import cut_control
from mores.method.items import Item
from mores.method.models import Sampling
from mores.method.replies import parse_norm, parse_norms, split_thinking
from mores.method.requests import Request
from mores.method.stage import Asked, Stage, Wording
from mores.spec import Section

log = logging.getLogger("mores.method.norms")

# By what of a country's answers is shown, the template that asks for an item's norm.
LOW_TEMPLATES = {"top": "low_norm", "ranked": "ranked_norm"}


class Way(Section):
    """A way to mine norms."""

    answers: Literal["none", "top", "ranked"]
    """What of a country's answers is shown: none, the top one, all by frequency."""
    top_k: int | None = Field(None, ge=1, le=1000)
    """Ranked: only the first so many answers."""
    min_share: float = Field(0, ge=0, lt=1)
    """Ranked: no answers below this share."""
    shares: bool = False
    """Ranked: write the shares out."""
    norms_per_topic: int | None = Field(None, ge=1, le=9, exclude_if=lambda count: count is None)
    """High-level norms asked per topic, if another number than of other ways."""


class Mining(Asked):
    """What norms are mined with."""

    sampling: Sampling
    retries: int
    """New seeds tried when a reply is malformed."""


class LowMining(Mining):
    """What low-level norms are mined with."""

    way: Way


class HighMining(Mining):
    """What high-level norms are mined with."""

    norms_per_topic: int


@dataclass(frozen=True)
class Task:
    """One prompt whose answer must parse: `name` is its row's id, `parse` gives None if not."""

    name: str
    messages: tuple[dict[str, str], ...]
    parse: Callable[[str], Any]


def mine_low_norms(spec: LowMining, stage: Stage, train: list[dict]) -> list[dict]:
    """One row per training row, in order: the item's low-level norm, or the reason it has none.

    Reasons: `no_survey_answer` (the country was not asked the item) and `malformed` (no single
    sentence came after all retries).
    """
    tasks = [low_task(stage, row, spec.way) for row in train if row["top"] is not None]
    mined = ask_until_parsed(stage, tasks, spec, "norm")
    rows = []
    for row in train:
        missing = {"norm": None, "reason": "no_survey_answer"}
        known = {"item": row["item"], "topic": row["topic"], "survey_answer": row["top"]}
        rows.append(known | mined.get(row["item"], missing))
    return rows


def low_task(stage: Wording, row: dict, way: Way) -> Task:
    """What asks for the norm of a training row's item."""
    item = stage.item(row["item"])
    shown = shown_answers(row, item, way)
    messages = stage.render(LOW_TEMPLATES[way.answers], item.topic, item=item, **shown)
    return Task(item.id, messages, parse_norm)


def shown_answers(row: dict, item: Item, way: Way) -> dict[str, Any]:
    """What the template of a way is given of a training row's answers."""
    if way.answers == "top":
        return {"answer": row["top"]}
    return {"answers": rank_answers(row, item, way)}


def rank_answers(row: dict, item: Item, way: Way) -> list[dict[str, Any]]:
    """A training row's answers, the most frequent first: `code`, and `share` (0..1) or None.

    Of equal shares the row's top answer comes first, then the item's order. `way` says how noise is
    tamed: only the first `top_k`, none below `min_share` (the first always stays), shares or none.
    """
    shares = {code: row["shares"].get(str(code), 0.0) for code in item.codes}
    ranked = sorted(item.codes, key=lambda code: (-shares[code], code != row["top"]))
    kept = [
        code
        for place, code in enumerate(ranked[: way.top_k])
        if place == 0 or (shares[code] > 0 and shares[code] >= way.min_share)
    ]
    return [{"code": code, "share": shares[code] if way.shares else None} for code in kept]


def mine_high_norms(spec: HighMining, stage: Stage, low: list[dict]) -> list[dict]:
    """One row per topic of the bank: its high-level norms and the items they came from.

    `norms` is a list of `norms_per_topic` texts, or None with the reason: `no_low_norms` or
    `malformed` (no numbered list of different norms came after all retries).
    """
    count = spec.norms_per_topic
    sources = {
        topic: [row for row in low if row["topic"] == topic and row["norm"] is not None]
        for topic in stage.bank.topics
    }
    tasks = [high_task(stage, topic, rows, count) for topic, rows in sources.items() if rows]
    mined = ask_until_parsed(stage, tasks, spec, "norms")
    missing = {"norms": None, "reason": "no_low_norms"}
    return [
        {"topic": topic, "items": [row["item"] for row in rows]} | mined.get(topic, missing)
        for topic, rows in sources.items()
    ]


def high_task(stage: Wording, topic: str, rows: list[dict], count: int) -> Task:
    """What asks for a topic's norms, from the rows of its low-level norms."""
    texts = [row["norm"] for row in rows]
    messages = stage.render("high_norm", topic, low_norms=texts, count=count)
    return Task(topic, messages, lambda answer: parse_norms(answer, count))


def mine_topic_norms(spec: HighMining, stage: Stage) -> list[dict]:
    """One row per topic of the bank, like those of `mine_high_norms`, from no survey answers."""
    count = spec.norms_per_topic
    tasks = [topic_task(stage, topic, count) for topic in stage.bank.topics]
    mined = ask_until_parsed(stage, tasks, spec, "norms")
    return [{"topic": topic, "items": []} | mined[topic] for topic in stage.bank.topics]


def topic_task(stage: Wording, topic: str, count: int) -> Task:
    """What asks for a topic's norms, from nothing."""
    messages = stage.render("topic_norm", topic, count=count)
    return Task(topic, messages, lambda answer: parse_norms(answer, count))


def ask_until_parsed(
    stage: Stage, tasks: list[Task], spec: Mining, field: str
) -> dict[str, dict[str, Any]]:
    """Ask every task; ask those whose answer does not parse again, with a new seed each time.

    Returns, by task name, the parsed answer under `field` (None when all `retries` failed),
    `reason`, the number of `attempts`, how many `control_tokens` were cut from the last answer, the
    thinking, and that answer's provenance.
    """
    done: dict[str, dict[str, Any]] = {}
    for attempt in range(spec.retries + 1):
        open_tasks = [task for task in tasks if done.get(task.name, {}).get(field) is None]
        requests = [
            Request(task.messages, spec.sampling.of(stage.country.code, task.name, attempt))
            for task in open_tasks
        ]
        completions = stage.ask(requests, f"{field} {stage.country.code}") if requests else []
        for task, request, completion in zip(open_tasks, requests, completions, strict=True):
            thinking, answer = split_thinking(completion.text, stage.left_open(completion))
            answer, signs = cut_control(answer)
            cut = completion.finish_reason == "length"
            parsed = None if cut else task.parse(answer)
            done[task.name] = {
                field: parsed,
                "reason": "malformed" if parsed is None else None,
                "attempts": attempt + 1,
                "control_tokens": signs,
                "thinking": thinking,
                **stage.provenance(request, completion),
            }
    _report(stage, done, field)
    return done


def _report(stage: Stage, done: dict[str, dict[str, Any]], field: str) -> None:
    """Count what had to be asked again and what never parsed."""
    again = sum(row["attempts"] > 1 for row in done.values())
    failed = [name for name, row in done.items() if row[field] is None]
    mined = len(done) - len(failed)
    log.info("%s: %d %s mined, %d asked again", stage.country.code, mined, field, again)
    if signs := sum(row["control_tokens"] for row in done.values()):
        log.warning("%s: %d control token(s) cut from %s", stage.country.code, signs, field)
    if failed:
        log.warning(
            "%s: %s malformed after all retries: %s", stage.country.code, field, ", ".join(failed)
        )
