"""Adapters: ordinary PEFT folders with a card that says what they were made from and scored."""

import csv
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mores.canonical import digest
from mores.errors import InputError
from mores.method.models import ModelSpec
from mores.method.objectives.common import Objective, module_name, module_of
from mores.rows import Folder, json_text, read_json, read_jsonl
from mores.spec import Section

POOLED = "POOLED"  # the learner of an adapter that all countries share
SHOWN = (
    *("country", "alignment", "alignment_low", "alignment_high"),
    *("delta", "delta_low", "delta_high", "p_value"),
    *("strict", "top_match", "invalid_rate"),
)


class Training(Section):
    """What an adapter is made with, besides its examples and the adapter it starts from."""

    tuning: str
    learner: str
    countries: tuple[str, ...]
    """Whose examples it learns from, in this order."""
    settings: dict[str, Any]
    """The tuning's keys, as its objective's `Settings` take them."""
    model: ModelSpec
    model_digest: str
    trainer: int
    """Version of how an adapter is trained and saved (`mores.engine.training`)."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that train."""

    @property
    def by_name(self) -> str:
        """The objective's module, which is part of the step."""
        return module_name(self.settings["objective"])

    @property
    def objective(self) -> Objective:
        """The settings, typed."""
        return module_of(self.settings["objective"]).Settings.model_validate(self.settings)


class Publishing(Section):
    """Which adapter is published, for which rows of the scores table."""

    method: str
    model: str
    learner: str


@dataclass(frozen=True)
class Lesson:
    """What an adapter was made from: base, learner, settings, and digests of it all."""

    base: str
    revision: str | None
    base_digest: str
    tuning: str
    learner: str
    countries: list[str]
    examples: int
    data_digest: str
    start: str | None
    settings: dict[str, Any]


def train_adapter(
    spec: Training,
    examples: list[list[dict]],
    trainer: Callable[[list[dict]], Path],
    start: Path | None = None,
) -> Folder:
    """An adapter trained on the examples of its countries, in order, with its card.

    `trainer` trains it or takes it from a store; `start` is the adapter that it continues from.
    """
    rows = [row for of_country in examples for row in of_country]
    if not rows:
        raise InputError(
            f"{spec.tuning} of {spec.learner}: no examples to learn from; see the log of the step "
            "that wrote them for why"
        )
    trained = trainer(rows)
    lesson = Lesson(
        base=spec.model.path,
        revision=spec.model.revision,
        base_digest=spec.model_digest,
        tuning=spec.tuning,
        learner=spec.learner,
        countries=list(spec.countries),
        examples=len(rows),
        data_digest=digest(rows),
        start=str(start) if start else None,
        settings=spec.objective.model_dump(),
    )
    history = read_jsonl(trained / "training.jsonl")
    texts = {"lesson.json": json_text(asdict(lesson)), "README.md": card(lesson, history)}
    return Folder(trained, texts)


def publish_adapter(spec: Publishing, adapter: Path, scores: str) -> Folder:
    """The adapter's files, and a card with the method's scores; `scores` is the table.

    A country's adapter gets its country's row and that of `vanilla`; a pooled one all countries'.
    Raises InputError where the table lacks them.
    """
    rows = [
        row
        for row in csv.DictReader(scores.splitlines(), delimiter="\t")
        if row["model"] == spec.model
        and row["method"] in (spec.method, "vanilla")
        and (spec.learner == POOLED or row["country"] == spec.learner)
    ]
    if not any(row["method"] == spec.method for row in rows):
        raise InputError(
            f"scores: no row of {spec.learner} {spec.model} {spec.method}; score that cell first"
        )
    lesson = Lesson(**read_json(adapter / "lesson.json"))
    history = read_jsonl(adapter / "training.jsonl")
    return Folder(adapter, {"README.md": card(lesson, history, _scores(rows))})


def card(lesson: Lesson, history: list[dict], scores: str = "") -> str:
    """The model card, with scores where there are any."""
    head = {
        "base_model": lesson.base,
        "library_name": "peft",
        "tags": ["mores", "cultural-alignment", lesson.tuning],
    }
    front = "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items())
    settings = "".join(f"| {key} | {value} |\n" for key, value in lesson.settings.items())
    return (
        f"---\n{front}---\n\n"
        f"# {lesson.tuning} of {lesson.base}: {lesson.learner}\n\n"
        "A LoRA adapter made by mores, a re-implementation of CNCA (arXiv 2511.13359) from "
        "secondary descriptions. It speaks for survey answers, not for people.\n\n"
        "| what | |\n|---|---|\n"
        f"| base model | {lesson.base} |\n"
        f"| base revision | {lesson.revision or 'not pinned'} |\n"
        f"| base digest | {lesson.base_digest} |\n"
        f"| started from | {lesson.start or 'a new LoRA'} |\n"
        f"| countries | {', '.join(lesson.countries)} |\n"
        f"| examples | {lesson.examples} |\n"
        f"| data digest | {lesson.data_digest} |\n"
        f"| optimizer steps | {len(history)} |\n"
        f"| loss, first and last | {history[0]['loss']:.4f}, {history[-1]['loss']:.4f} |\n"
        f"{settings}{scores}"
    )


def _scores(rows: list[dict[str, str]]) -> str:
    """Rows of the scores table as Markdown."""
    head = ["method", *SHOWN]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(row[name] for name in head)} |" for row in rows]
    intro = "On the test items of the survey (docs/scores.md of mores says what the columns are):"
    return f"\n## Scores\n\n{intro}\n\n" + "\n".join(lines) + "\n"
