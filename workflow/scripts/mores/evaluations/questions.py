"""What an evaluation asks about a country, and the settings that all kinds have."""

import importlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from pydantic import Field

from mores.canonical import digest
from mores.errors import InputError
from mores.method.countries import Country
from mores.method.items import Bank
from mores.spec import Section
from mores.survey.part import BankPart, Part


class Evaluation(Section):
    """What every evaluation has: which part of the grid it is asked of."""

    kind: str
    methods: tuple[str, ...] | None = Field(None, min_length=1)
    """The methods that answer it; null: all."""
    countries: tuple[str, ...] | None = Field(None, min_length=1)
    """The countries it is asked about; null: all of the study."""
    samples: int | None = Field(None, ge=1, le=10_000)
    """Answers drawn per question; null: as `answers: samples` says."""

    part: ClassVar[Part] = "all"
    """Which of its questions are asked: all, or those that no norm was mined from."""
    by_country: ClassVar[bool] = True
    """Whether countries may be asked different questions."""
    templates: ClassVar[str] = ""
    """Where its templates are, below `prompts`."""
    varies: ClassVar[bool] = False
    """Whether it puts its options in several orders and labels of its own."""

    def of_questions(self) -> dict[str, Any]:
        """The keys that say what is asked and what is right."""
        return self.model_dump(exclude={*Evaluation.model_fields, "path"}) | {"kind": self.kind}


@dataclass(frozen=True)
class Questions:
    """Items by topic, and by item the code of the right option, where the file tells it.

    A kind that scores by more says so in a class of its own, whose `gold_digest` covers that too.
    """

    bank: Bank
    gold: dict[str, int] = field(default_factory=dict)

    @cached_property
    def gold_digest(self) -> str | None:
        """The digest of the right answers, if there are any."""
        return digest(self.gold) if self.gold else None


class Asking(Section):
    """What is asked about a country, and what is right, by content."""

    evaluation: dict[str, Any]
    """The kind, and its keys that say what is asked."""
    questions: BankPart
    gold: str | None = None
    """Digest of the right answers, where a step sees them and the file has them."""

    def read(self, path: str, country: Country) -> Questions:
        """The questions; InputError where they are not those that this was made of."""
        found = read_questions(self.evaluation, Path(path), country)
        if self.gold not in (None, found.gold_digest):
            raise InputError(
                f"{path}: changed since this run was planned; run again, and what it shapes is "
                "made anew"
            )
        return replace(found, bank=self.questions.take(found.bank, path))


def module_name(evaluation: dict[str, Any], part: str) -> str:
    """The dotted name of a module of an evaluation's kind."""
    return f"mores.evaluations.{evaluation['kind']}.{part}"


def module_of(evaluation: dict[str, Any], part: str) -> ModuleType:
    """A module of an evaluation's kind."""
    return importlib.import_module(module_name(evaluation, part))


def read_questions(evaluation: dict[str, Any], path: Path, country: Country) -> Questions:
    """All that an evaluation could ask about a country."""
    kind = module_of(evaluation, "questions")
    return kind.read(kind.Settings.model_validate(evaluation), path, country)
