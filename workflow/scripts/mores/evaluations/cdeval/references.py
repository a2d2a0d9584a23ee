"""What countries score on the dimensions: Hofstede's figures, or a file of the user's."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from mores.errors import InputError
from mores.evaluations.cdeval.items import Dimension
from mores.rows import read_text

if TYPE_CHECKING:
    import numpy as np

HOFSTEDE = Path(__file__).parents[5] / "resources/cdeval/hofstede.yaml"
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Score = Annotated[int, Field(ge=0, le=100)]
SCORES = TypeAdapter(dict[Code, dict[Dimension, Score]])


def read_references(path: Path | None) -> dict[str, int]:
    """By `COUNTRY DIMENSION` the score, 0..100; what a file does not have is in no place of it.

    Raises InputError that names the file and the entry at fault.
    """
    path = path or HOFSTEDE
    try:
        raw = yaml.safe_load(read_text(path))
        scores = SCORES.validate_python(_scores(raw, path), strict=True)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML; mend it: {error}") from None
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{path}: scores.{place}: {fault['msg']}; mend it") from None
    return {
        f"{country} {dimension}": score
        for country, by_dimension in scores.items()
        for dimension, score in by_dimension.items()
    }


def _scores(raw: Any, path: Path) -> Any:
    if not isinstance(raw, dict) or set(raw) != {"source", "scores"}:
        raise InputError(f"{path}: give `source` and `scores` (docs/cdeval.md), no more")
    return raw["scores"]


def own_scores(
    references: dict[str, int], country: str, groups: Sequence[tuple[str, str]]
) -> "np.ndarray":
    """A country's scores, 0..1, for groups of a dimension and a domain; nan where it has none."""
    import numpy as np

    scores = [references.get(f"{country} {dimension}", np.nan) for dimension, _ in groups]
    return np.array(scores, dtype=float) / 100
