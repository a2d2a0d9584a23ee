"""An evaluation's questions, put to a model."""

from pathlib import Path
from typing import Any

from mores.evaluations.questions import Asking, Questions, module_name, module_of
from mores.method.answers import Answering
from mores.method.stage import Stage


class Evaluating(Answering):
    """What is asked, and how a method puts it."""

    asks: Asking

    @property
    def by_name(self) -> str:
        """The kind's module, which is part of the step."""
        return module_name(self.asks.evaluation, "ask")


def answer_items(
    spec: Evaluating,
    stage: Stage,
    questions: Questions,
    norms: list[dict] | None = None,
    examples: list[dict] | None = None,
    neutral: Path | None = None,
) -> list[dict[str, Any]]:
    """`samples` rows per question, as one method has them answered for a country.

    `norms` are a country's high-level norms, `examples` its training rows, `neutral` a file of
    text.
    """
    kind = module_of(spec.asks.evaluation, "ask")
    return kind.answer(spec, stage, questions.bank, norms, examples, neutral)
