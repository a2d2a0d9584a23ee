"""The files that a configuration names: the study's own, or those that ship with the workflow."""

from pathlib import Path
from typing import TypeVar

from mores.method.models import ModelSpec

ROOT = Path(__file__).resolve().parents[3]
AnyModel = TypeVar("AnyModel", bound=ModelSpec)


def locate(path: str | Path) -> Path:
    """A file or folder: in the study's folder, else of this name beside the workflow.

    What is in neither is given back as it is, for the study's folder. A hub model's id stays one.
    """
    shipped = ROOT / path
    return shipped if not Path(path).exists() and shipped.exists() else Path(path)


def located(model: AnyModel) -> AnyModel:
    """A model at the place where its folder is."""
    return model.model_copy(update={"path": str(locate(model.path))})
