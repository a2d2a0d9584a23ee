"""The figures that a study has something for: what each is drawn by, and from which results."""

from pathlib import Path
from typing import Any, NamedTuple

from mores.evaluations.cdeval.references import read_references
from mores.report.figures.style import Shown
from mores.study.config import Method
from mores.study.grid import (
    CONTRASTED,
    CONTRASTS,
    ITEMS,
    SCORES,
    TABLE,
    TEST,
    TOPICS,
    adapter_of,
    split_of,
    survey_cells,
    variants,
)
from mores.study.pages import pages
from mores.study.reports import countries_reported
from mores.study.settings import Settings

FEWEST = 3  # countries that span a plane


class Figure(NamedTuple):
    """What draws a figure (script and caption), and by name the results it is drawn from."""

    drawing: str
    inputs: dict[str, Any]
    evaluation: str | None = None
    """That it is of; none: the survey's."""
    shown: Shown | None = None
    """What a page shows; none: all of it."""


def figures(settings: Settings) -> dict[str, Figure]:
    """By name the figures; of one that has several pages `NAME_1`, `NAME_2`, ..."""
    found = {}
    for name, figure in _whole(settings).items():
        parts = pages(settings, figure.drawing, figure.evaluation)
        if len(parts) < 2:
            found[name] = figure
        for number, shown in enumerate(parts if len(parts) > 1 else (), start=1):
            found[f"{name}_{number}"] = figure._replace(shown=shown)
    return found


def _whole(settings: Settings) -> dict[str, Figure]:
    """The figures by name; those of other evaluations bear the evaluation's name before theirs."""
    scores, methods = {"scores": TABLE.format(table=SCORES)}, settings.config.methods
    contrasts = {"contrasts": CONTRASTS.format(contrasts=CONTRASTED)}
    people = [TEST.format(split=split_of(0), country=one) for one in countries_reported(settings)]
    adapters = trained(settings)
    wanted: dict[str, tuple[Any, dict[str, Any]]] = {
        "scores": (True, scores),
        "contrasts": (True, contrasts),
        "heat": (True, scores),
        "topics": (True, {"topics": TOPICS}),
        "invalid": (True, scores),
        "uncertainty": (True, {"listed": ITEMS}),
        "plane": (len(people) >= FEWEST, {"listed": ITEMS, "people": people}),
        "norm_counts": (norm_counts(settings), scores),
        "norm_sources": (norm_sources(settings), scores),
        "consistency": (variants(methods), scores),
        "training": (adapters, {"adapters": list(adapters)}),
    }
    found = {name: Figure(name, inputs) for name, (some, inputs) in wanted.items() if some}
    for name, evaluation in settings.config.evaluations.items():
        of_it = TABLE.format(table=name)
        if evaluation.kind == "cdeval" and _with_reference(settings, name):
            found[f"{name}_profiles"] = Figure("profiles", {"profiles": of_it}, name)
        if evaluation.kind == "pact":
            found[f"{name}_tradeoff"] = Figure("tradeoff", {**scores, "allowed": of_it})
    return found


def _with_reference(settings: Settings, evaluation: str) -> bool:
    """Whether any country of an evaluation has a score on a dimension."""
    path = getattr(settings.config.evaluations[evaluation], "references", None)
    known = {name.split()[0] for name in read_references(Path(path) if path else None)}
    return bool(known & set(settings.config.countries))


def norm_counts(settings: Settings) -> dict[str, dict[int, str]]:
    """By method with all its norms, and by the number of norms, the methods that differ in that."""
    mining = settings.config.mining
    found: dict[str, dict[int, str]] = {}
    for names in _alike(settings.config.methods, "norms_per_topic"):
        if None in names:
            way = str(settings.config.methods[names[None]].norms)
            counted = {count or mining.count(way): name for count, name in names.items()}
            found |= {names[None]: dict(sorted(counted.items()))} if len(counted) > 1 else {}
    return found


def norm_sources(settings: Settings) -> dict[str, dict[str, str]]:
    """By the first of the methods that differ in whose norms they have alone, and by that model.

    The model that answers is told as empty.
    """
    alike = _alike(settings.config.methods, "norm_model")
    return {
        next(iter(names.values())): {miner or "": name for miner, name in names.items()}
        for names in alike
        if len(names) > 1
    }


def _alike(methods: dict[str, Method], key: str) -> list[dict[Any, str]]:
    """Methods with norms that are the same but for a key, by what they have there."""
    found: dict[str, dict[Any, str]] = {}
    for name, method in methods.items():
        if method.norms:
            same = method.model_copy(update={key: None}).model_dump_json()
            found.setdefault(same, {}).setdefault(getattr(method, key), name)
    return [*found.values()]


def trained(settings: Settings) -> dict[str, tuple[str, str, str]]:
    """By folder the adapters of the survey's cells: tuning, model, learner.

    Their order is that of the folders, as of `norms_listed`.
    """
    folders = {adapter_of(settings, cell) for cell in survey_cells(settings)} - {None}
    parts = sorted(str(folder).split("/") for folder in folders)
    return {"/".join(one): (one[2], one[3], one[4]) for one in parts}
