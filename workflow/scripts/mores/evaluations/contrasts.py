"""Contrasts of an evaluation's cells."""

from typing import Any

from mores.evaluations.questions import module_name, module_of
from mores.scoring.contrasts import Contrast, contrasts_table
from mores.scoring.resample import Resampling


class Contrasting(Resampling):
    """What is compared, and how sure that is."""

    evaluation: dict[str, Any]
    contrasts: tuple[Contrast, ...]
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute it."""

    @property
    def by_name(self) -> str:
        """The kind's module that says what its score is made of, which is part of the step."""
        return module_name(self.evaluation, "table")


def can_be_contrasted(evaluation: dict[str, Any]) -> bool:
    """Whether a kind's table has a `LAYOUT`, which says what its score is made of."""
    return hasattr(module_of(evaluation, "table"), "LAYOUT")


def score_contrasts(spec: Contrasting, cells: list[dict]) -> str:
    """The table of contrasts (TSV)."""
    layout = module_of(spec.evaluation, "table").LAYOUT
    return contrasts_table(spec.contrasts, cells, spec, layout)
