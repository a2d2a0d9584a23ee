"""Replicates: which draws of the split, of norms and of trainings a study makes of a method."""

from dataclasses import replace
from itertools import product

from mores.method.draws import SOURCES, Draw
from mores.study.config import Config, Method
from mores.study.grid import Cell, learns_reasoning, method_of, survey_cells
from mores.study.settings import Settings


def replicated_cells(settings: Settings) -> list[Cell]:
    """The survey's cells under further draws; those under the study's own are in the grid."""
    wanted = settings.config.replicates.methods
    return [
        replace(cell, model=draw.named(cell.model))
        for cell in survey_cells(settings)
        if cell.method in wanted
        for draw in draws(settings.config, cell.method)[1:]
    ]


def varied_cells(settings: Settings) -> list[Cell]:
    """All cells of the methods that are drawn anew."""
    wanted = settings.config.replicates.methods
    own = [cell for cell in survey_cells(settings) if cell.method in wanted]
    return own + replicated_cells(settings)


def draws(config: Config, method: str) -> list[Draw]:
    """All draws of a method, the study's own first: each training of each mining of each split."""
    drawn = drawn_in(config, method_of(config, method))
    counts = [getattr(config.replicates, name) if name in drawn else 1 for name in SOURCES]
    return [Draw(*which) for which in product(*map(range, counts))]


def drawn_in(config: Config, method: Method) -> list[str]:
    """What is random in a method besides its answers."""
    reasoned = method.tuning is not None and learns_reasoning(config, method.tuning)
    mined = method.norms is not None or reasoned
    return ["split", *(["mining"] if mined else []), *(["training"] if method.tuning else [])]


def drawn_models(config: Config) -> list[str]:
    """The names of models under all further draws."""
    if not config.replicates.methods:
        return []
    counts = [getattr(config.replicates, name) for name in SOURCES]
    return [
        Draw(*which).named(model)
        for which in list(product(*map(range, counts)))[1:]
        for model in config.models
    ]
