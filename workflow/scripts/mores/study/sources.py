"""What the survey's cells rest on: the files that norms and adapters are made of."""

from collections.abc import Iterator

from mores.method.rendered import Kind
from mores.study.grid import (
    EXAMPLES,
    HIGH_NORMS,
    LOW_NORMS,
    TRACES,
    Cell,
    drawn_for,
    giver,
    learner_of,
    mined_for,
    start_of,
    survey_cells,
    taught,
)
from mores.study.replicates import replicated_cells
from mores.study.settings import Settings

KINDS: tuple[Kind, ...] = ("low", "high", "traces", "examples")
Owner = tuple[str, str]
"""The model that said what stands in files, and the country that it is about."""


def sources(settings: Settings) -> dict[Owner, dict[Kind, dict[str, str]]]:
    """By model and country the paths of each kind, each with the way its norms were mined, if any.

    Their order is that of the folders, which they keep where paths are told folder by folder.
    """
    cells = [*survey_cells(settings), *replicated_cells(settings)]
    found = {one for cell in cells for one in _of_cell(settings, cell)}
    ordered = sorted(found, key=lambda one: one[2].split("/"))
    return {
        owner: {
            kind: {path: way for who, what, path, way in ordered if (who, what) == (owner, kind)}
            for kind in KINDS
        }
        for owner in sorted({owner for owner, *_ in found})
    }


def _of_cell(settings: Settings, cell: Cell) -> Iterator[tuple[Owner, Kind, str, str]]:
    method = settings.config.methods[cell.method]
    if method.norms:
        country = giver(settings, method.norm_country, cell.country)
        owner = (mined_for(cell.model, method.norm_model), country)
        yield owner, "high", _at(HIGH_NORMS, owner, mining=method.norms), method.norms
        if settings.config.mining.ways[method.norms].answers != "none":
            yield owner, "low", _at(LOW_NORMS, owner, mining=method.norms), method.norms
    tuning = method.tuning
    while tuning:
        model = drawn_for(settings.config, tuning, cell.model)
        yield from _of_tuning(settings, tuning, model, learner_of(settings, cell))
        tuning = start_of(settings.config.tunings[tuning])


def _of_tuning(
    settings: Settings, tuning: str, model: str, learner: str
) -> Iterator[tuple[Owner, Kind, str, str]]:
    shown = settings.config.traces
    for country in taught(settings, learner):
        owner = (model, country)
        yield owner, "examples", _at(EXAMPLES, owner, tuning=tuning, learner=learner), ""
        if "traces" in settings.config.tunings[tuning].sources:
            yield owner, "traces", _at(TRACES, owner), ""
            miner = (mined_for(model, shown.norm_model), country)
            yield miner, "low", _at(LOW_NORMS, miner, mining=shown.norms), shown.norms


def _at(pattern: str, owner: Owner, **named: str) -> str:
    model, country = owner
    return pattern.format(model=model, country=country, **named)
