"""An evaluation's cells beside each other."""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from mores.evaluations.questions import module_name, module_of
from mores.scoring.resample import Resampling

if TYPE_CHECKING:
    import polars as pl


class Table(Resampling):
    """What a table is made with."""

    evaluation: dict[str, Any]
    variants: dict[str, str] = Field(default_factory=dict)
    """Methods that vary how questions are put, and the method that puts the same ones plainly."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute it."""

    @property
    def by_name(self) -> str:
        """The kind's module, which is part of the step."""
        return module_name(self.evaluation, "table")


def score_table(
    spec: Table,
    cells: list[dict],
    references: "pl.DataFrame | None" = None,
    split: str | None = None,
) -> str:
    """The table of an evaluation (TSV); `references` and `split` are the survey's."""
    told = [cell | {"variant_of": spec.variants.get(cell["method"])} for cell in cells]
    return module_of(spec.evaluation, "table").table(spec, told, references, split)
