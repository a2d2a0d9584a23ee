"""Answers: questions put to a model, for a country, with or without norms in context."""

import logging
from collections import Counter
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from mores.errors import InputError
from mores.method.items import Bank, Item
from mores.method.models import LARGEST_CONTEXT, Sampling
from mores.method.options import with_options
from mores.method.prompts import load_neutral
from mores.method.replies import Reader, read_answer
from mores.method.requests import Request
from mores.method.shares import Distribution, read_stated
from mores.method.stage import Asked, Stage
from mores.method.thinking import ask_thinking
from mores.method.variants import Labels, Order, Variant

log = logging.getLogger("mores.method.answers")


Thinking = Literal["full", "none"] | Annotated[int, Field(ge=1, le=LARGEST_CONTEXT)]
Control = Literal["shuffled", "neutral"]


class Answering(Asked):
    """How a method puts questions; norms, examples and the adapter come as files."""

    samples: int
    """Answers drawn per question."""
    sampling: Sampling
    prompt: str
    """The template that puts the question."""
    norms_per_topic: int | None = None
    """Only the first so many norms of each topic."""
    without: int | None = None
    """The place (from 1) of the norm of each topic that is left out."""
    control: Control | None = None
    """What stands in the norms' place."""
    neutral: str | None = None
    """Digest of the neutral text, where it is the control."""
    examples: int = 0
    """Training items of the topic shown with answers."""
    thinking: Thinking = "full"
    order: Order = "as_is"
    labels: Labels = "codes"
    wording: int = 0
    distribution: Distribution = "samples"
    """Whether an answer names an option, states how answers are spread over all, or is asked how
    likely every option was."""

    @property
    def variant(self) -> Variant:
        """How questions, and examples, are put."""
        return Variant(self.order, self.labels, self.wording, self.sampling.seed)


def answer_country(
    spec: Answering,
    stage: Stage,
    questions: Bank,
    norms: list[dict] | None = None,
    examples: list[dict] | None = None,
    neutral: Path | None = None,
    read: Reader = read_answer,
) -> list[dict[str, Any]]:
    """`samples` rows per question, in their order, as one method has them answered.

    `norms` are a country's high-level norms, `examples` its training rows, `neutral` a file of
    text. The stage's bank has the survey's topics, and the items that are shown as examples.
    `read` makes of a reply what `read_answer` does.
    """
    by_topic = norms_by_topic(stage, norms) if norms else {}
    by_topic = control_norms(by_topic, spec.control, load_neutral(neutral) if neutral else [])
    shown = shown_examples(stage, examples or [], spec.examples, spec.variant)
    return answer_items(spec, stage, questions.items.values(), by_topic, shown, read)


def norms_by_topic(stage: Stage, high: list[dict]) -> dict[str, list[str]]:
    """High-level norms of every topic of the bank; a topic that has none gets an empty list."""
    norms = {row["topic"]: row["norms"] or [] for row in high}
    absent = [topic for topic in stage.bank.topics if topic not in norms]
    if absent:
        raise InputError(f"norms: no row for topic {', '.join(absent)}; mine them again")
    bare = [topic for topic in stage.bank.topics if not norms[topic]]
    if bare:
        log.warning("no norms on %s: answered without", ", ".join(bare))
    return norms


def control_norms(
    norms: dict[str, list[str]], control: Control | None, neutral: list[str]
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


def choose_norms(norms: list[str], count: int | None, without: int | None) -> list[str]:
    """Those of a topic's norms that a method gives: the first so many, without one of these."""
    return [norm for place, norm in enumerate(norms[:count], 1) if place != without]


def shown_examples(
    stage: Stage, train: list[dict], count: int, variant: Variant
) -> dict[str, list[dict[str, Any]]]:
    """By topic, the first `count` training items that the country answered, with its top answer."""
    examples: dict[str, list[dict[str, Any]]] = {topic: [] for topic in stage.bank.topics}
    for row in train:
        if row["top"] is not None and len(examples[row["topic"]]) < count:
            put = variant.show(stage.item(row["item"]))
            shown = {"item": put.item, "answer": put.code_of(row["top"])}
            examples[row["topic"]].append(shown)
    return examples


def answer_items(
    spec: Answering,
    stage: Stage,
    items: Iterable[Item],
    norms: dict[str, list[str]],
    examples: dict[str, list[dict[str, Any]]],
    read: Reader = read_answer,
) -> list[dict[str, Any]]:
    """`samples` rows per item, in the order of the items: the choice, or why it is invalid.

    Norms and examples of the item's topic, as far as there are any, go into the user turn
    before the question (in-context alignment), put in the words of `prompt`. An item whose topic
    the survey lacks gets those of all topics.
    """
    chosen = {
        topic: choose_norms(of, spec.norms_per_topic, spec.without) for topic, of in norms.items()
    }
    read = read_stated if spec.distribution == "stated" else read
    requests, asked = [], []
    for item in items:
        topics = [item.topic] if item.topic in stage.bank.topics else list(stage.bank.topics)
        given = [norm for topic in topics for norm in chosen.get(topic, [])]
        shown = [one for topic in topics for one in examples.get(topic, [])]
        put = spec.variant.show(item)
        prompt = stage.question(put.item, given, spec.prompt, shown)
        for sample in range(spec.samples):
            sampling = spec.sampling.of(stage.country.code, item.id, sample)
            requests.append(Request(prompt, sampling))
            asked.append((put, sample, len(given)))
    label = f"answers {stage.country.code}"
    completions = ask_thinking(stage, requests, spec.thinking, label)
    if spec.distribution == "options":
        puts = [put.item for put, *_ in asked]
        read = with_options(stage, puts, requests, completions, read, label)
    rows = [
        {"item": put.item.id, "sample": sample, "n_norms": n_norms}
        | put.read(completion, stage.left_open(completion), read)
        | stage.provenance(request, completion)
        for (put, sample, n_norms), request, completion in zip(
            asked, requests, completions, strict=True
        )
    ]
    _report(stage, rows)
    return rows


def _report(stage: Stage, rows: list[dict[str, Any]]) -> None:
    invalid = Counter(row["invalid"] for row in rows if row["invalid"])
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(invalid.items()))
    log.info("%s: %d answers, invalid: %s", stage.country.code, len(rows), told or "none")
