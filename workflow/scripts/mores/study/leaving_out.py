"""Norms left out one at a time: the methods and cells that tell what each norm does."""

from dataclasses import replace

from mores.study.grid import WITHOUT, Cell, some, survey_cells
from mores.study.settings import Settings


def left_out(settings: Settings) -> dict[str, dict[int, str]]:
    """By method whose norms are left out one at a time, and a norm's place, the one without it."""
    config = settings.config
    wanted = some(config.methods, config.norm_effects.methods)
    counts = {
        name: config.methods[name].norms_per_topic
        or config.mining.count(config.methods[name].norms)
        for name in wanted
    }
    return {
        name: {place: f"{name}{WITHOUT}{place}" for place in range(1, count + 1)}
        for name, count in counts.items()
    }


def without_a_norm(settings: Settings) -> list[str]:
    """The methods that do without one norm."""
    return [name for places in left_out(settings).values() for name in places.values()]


def effect_cells(settings: Settings) -> tuple[list[Cell], list[Cell]]:
    """The survey's cells of which norms are left out, and those that do without."""
    without, countries = left_out(settings), settings.config.norm_effects.countries
    whole = [
        cell
        for cell in survey_cells(settings)
        if cell.method in without and cell.country in some([cell.country], countries)
    ]
    parts = [replace(cell, method=name) for cell in whole for name in without[cell.method].values()]
    return whole, parts
