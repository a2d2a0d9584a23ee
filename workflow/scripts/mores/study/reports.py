"""What the grid's results are shown with: which norms, tables and cells a report takes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mores.method.draws import Draw
from mores.report.costs import Sampled
from mores.scoring.table import BASELINE
from mores.study.config import Method
from mores.study.grid import (
    CONTRASTS,
    HYPOTHESES,
    LOW_NORMS,
    NORM_EFFECTS,
    REJECTED,
    REVIEW_KEY,
    REVIEW_LABELS,
    SCORES,
    TABLE,
    Cell,
    contrasted,
    grid,
    norms_listed,
    norms_of,
    start_of,
    survey_cells,
    tables,
)
from mores.study.leaving_out import left_out
from mores.study.settings import Settings
from mores.study.sources import sources


def survey_norms(settings: Settings) -> list[str]:
    """The paths of all norms that stand before the survey's items."""
    return norms_listed(settings, survey_cells(settings))


def low_norms_listed(settings: Settings) -> list[str]:
    """The paths of the low-level norms that those were made from, in the same order."""
    ways = settings.config.mining.ways
    found = [mined_by(path) for path in survey_norms(settings)]
    return [LOW_NORMS.format(**one) for one in found if ways[one["mining"]].answers != "none"]


def mined_by(path: str) -> dict[str, str]:
    """Who mined a file of norms, and how: mining, model, country."""
    return dict(zip(("mining", "model", "country"), path.split("/")[2:5], strict=True))


def reported(settings: Settings) -> dict[str, str]:
    """By name the paths of the tables that the report shows, besides the lists."""
    found = {table: TABLE.format(table=table) for table in tables(settings)}
    found |= {name: CONTRASTS.format(contrasts=name) for name in contrasted(settings)}
    found |= {"norm_effects": NORM_EFFECTS} if left_out(settings) else {}
    return found | ({"hypotheses": HYPOTHESES} if settings.config.hypotheses else {})


def countries_reported(settings: Settings) -> list[str]:
    """The countries that are answered for, and those that lend norms."""
    lenders = [mined_by(path)["country"] for path in survey_norms(settings)]
    return list(dict.fromkeys([*settings.config.countries, *lenders]))


def traces_sampled(settings: Settings) -> dict[str, Sampled]:
    """By path who said what adapters of the survey's cells learn from, or learn to reject.

    Their order is that of the folders, as of `norms_listed`.
    """
    found: dict[str, Sampled] = {}
    for (model, country), kinds in sources(settings).items():
        name = Draw.of(model)[0]
        found |= {path: Sampled(model=name) for path in kinds["traces"]}
        for path in kinds["examples"]:
            _, _, tuning, _, learner, _ = path.split("/")
            objective = settings.config.tunings[tuning]
            if "rejected" in objective.sources:
                start = str(start_of(objective))
                said = REJECTED.format(tuning=start, model=model, learner=learner, country=country)
                found[said] = Sampled(model=name, tuning=start)
    return {path: found[path] for path in sorted(found, key=lambda path: path.split("/"))}


def stated(settings: Settings) -> dict[tuple[str, str], tuple[list[Cell], list[str]]]:
    """By method and model the survey's cells, and the norms of each one's country.

    These are what a method puts in context that gets its own country's norms, which are mined in
    any case: the first whose norms are of the way that adapters learn from, or else the first.
    Without such a method there are none to look for.
    """
    cells, methods = survey_cells(settings), settings.config.methods
    cells.sort(key=lambda cell: cell.country)  # their order in the configuration says nothing
    own = [cell.method for cell in cells if methods[cell.method].norm_country == "own"]
    learnt = settings.config.traces.norms
    informed = sorted(
        (name for name in own if methods[name].norms),
        key=lambda name: methods[name].norms != learnt,
    )
    found: dict[tuple[str, str], tuple[list[Cell], list[str]]] = {}
    for cell in cells if informed else ():
        of_method, norms = found.setdefault((cell.method, cell.model), ([], []))
        of_method.append(cell)
        norms.append(norms_of(settings, replace(cell, method=informed[0])) or "")
    return found


def explained(settings: Settings) -> dict[tuple[str, str], list[Cell]]:
    """By method and model the survey's cells of which the report shows thinking.

    These are the bare question's, and for each way to mine those of the first method that puts a
    country's own norms before the question, and does nothing else; none without such a method.
    """
    first: dict[str, str] = {}
    for name, method in settings.config.methods.items():
        if method.norms and method == Method(norms=method.norms):
            first.setdefault(method.norms, name)
    shown = {BASELINE, *first.values()} if first else set()
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in sorted(survey_cells(settings), key=lambda cell: cell.country):
        if cell.method in shown:
            found.setdefault((cell.method, cell.model), []).append(cell)
    return found


def norms_reviewed(settings: Settings) -> list[str]:
    """The paths of the norms that people judge: those that a country itself has in context."""
    methods = settings.config.methods
    own = [cell for cell in survey_cells(settings) if methods[cell.method].norm_country == "own"]
    return norms_listed(settings, own)


def review_scored(placed: Callable[[str], str] = str) -> dict[str, str]:
    """The tables of a review of norms, by name, where one was scored.

    They are no inputs: a report waits for no raters, and has no sheet written anew. `placed` gives
    the path of a result as this run has it: below the prefix of a module.
    """
    tables = {"key": str(placed(REVIEW_KEY)), "labels": str(placed(REVIEW_LABELS))}
    return tables if all(Path(path).exists() for path in tables.values()) else {}


def cells_guarded(settings: Settings) -> dict[str, list[Cell]]:
    """By evaluation, the survey first, the cells of tuned methods and of the baseline."""
    config = settings.config
    survey = tables(settings)[SCORES]
    tuned = {name for name, method in config.methods.items() if method.tuning}
    names = [survey, *config.guardrails] if tuned and BASELINE in config.methods else []
    return {
        name: [
            cell
            for cell in grid(settings)
            if cell.evaluation == name and cell.method in {*tuned, BASELINE}
        ]
        for name in names
    }
