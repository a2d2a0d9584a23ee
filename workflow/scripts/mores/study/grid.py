"""The grid: every cell, what it is made from, and where files lie.

A cell is a country x model x method x evaluation.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import product
from typing import get_args

from mores.evaluations.contrasts import can_be_contrasted
from mores.method.adapters import POOLED
from mores.method.draws import Draw
from mores.method.objectives.common import Objective
from mores.study.config import PLAIN, Config, Lent, Method
from mores.study.nearness import TURNS, by_nearness
from mores.study.settings import Settings

MARGINALS = "results/survey/marginals.parquet"
SPLIT = "results/survey/{split}split.tsv"
TRAIN = "results/survey/{split}{country}/train.jsonl"
TEST = "results/survey/{split}{country}/test.jsonl"
LOW_NORMS = "results/norms/{mining}/{model}/{country}/low.jsonl"
HIGH_NORMS = "results/norms/{mining}/{model}/{country}/high.jsonl"
TRACES = "results/traces/{model}/{country}.jsonl"
EXAMPLES = "results/examples/{tuning}/{model}/{learner}/{country}.jsonl"
REJECTED = "results/rejected/{tuning}/{model}/{learner}/{country}.jsonl"
ADAPTER = "results/adapters/{tuning}/{model}/{learner}"
ANSWERS = "results/answers/{evaluation}/{method}/{model}/{country}.jsonl"
CELL = "results/cells/{evaluation}/{method}/{model}/{country}.json"
REFERENCES = "results/cells/references.parquet"
TABLE = "results/{table}.tsv"
SCORES = "scores"
ITEMS = "results/items.tsv"
TOPICS = "results/topics.tsv"
CONTRASTS = "results/{contrasts}.tsv"
CONTRASTED = "contrasts"
HYPOTHESES = "results/hypotheses.tsv"
NORM_EFFECTS = "results/norm_effects.tsv"
LEAK_CHECK = "results/leaks/{model}/{country}.jsonl"
LEAKS = "results/leaks.tsv"
VARIANCE = "results/variance.tsv"
THINKING = "results/thinking/{method}/{model}.jsonl"
FOUND = "results/stated/{method}/{model}.jsonl"
STATED = "results/stated.tsv"
# Between a method and the place of the norm that it does without; no name of a user's has a plus.
WITHOUT = "+without_"
REPORT = "results/report.html"
PAGE = "resources/report"
FIGURE = "results/figures/{figure}.{kind}"
FIGURE_KINDS = ("svg", "png", "tsv")
GUARDRAILS = "results/guardrails.tsv"
REVIEW_PAGE = "resources/norm_review/form.html"
REVIEW_SHEET = "results/norm_review/sheet.csv"
REVIEW_FORM = "results/norm_review/form.html"
REVIEW_KEY = "results/norm_review_key.tsv"  # not beside what raters are handed
REVIEWED = "results/norm_review.tsv"
REVIEW_RATERS = "results/norm_review_raters.tsv"
REVIEW_LABELS = "results/norm_review_labels.tsv"
# Names of tables that no evaluation may have.
TAKEN = (
    *(SCORES, "items", "topics", CONTRASTED, "hypotheses"),
    *("norm_effects", "variance", "leaks", "stated", "norm_review", "guardrails"),
)
PUBLISHED = "results/published/{method}/{model}/{learner}"


@dataclass(frozen=True)
class Cell:
    """What is asked about one country, as one model answers it, in one way."""

    evaluation: str
    country: str
    model: str
    method: str

    def at(self, pattern: str) -> str:
        """The path of one of this cell's files."""
        return path_of(pattern, **asdict(self))


def path_of(pattern: str, model: str, **named: str) -> str:
    """The path of a model's file: of the split that its draw works with, the study's own or not."""
    return pattern.format(model=model, split=split_of(Draw.of(model)[1].split), **named)


def split_of(number: int) -> str:
    """What stands in paths for a draw of the split; nothing for the study's own."""
    return f"split_{number}/" if number else ""


def number_of(split: str) -> int:
    """The draw of the split that stands in a path."""
    return int(split.removeprefix("split_").rstrip("/") or 0)


def grid(settings: Settings) -> list[Cell]:
    """The whole grid; cells of one model stand together."""
    return [cell for model in settings.config.models for cell in _of_model(settings, model)]


def _of_model(settings: Settings, model: str) -> Iterator[Cell]:
    config = settings.config
    for name, evaluation in config.evaluations.items():
        methods = some(config.methods, evaluation.methods)
        for method, country in product(methods, some(config.countries, evaluation.countries)):
            yield Cell(name, country, model, method)


def some(names: Iterable[str], wanted: tuple[str, ...] | None) -> list[str]:
    """The wanted of some names, in their order."""
    return [name for name in names if wanted is None or name in wanted]


def tables(settings: Settings) -> dict[str, str]:
    """By table the evaluation that it is of: `scores` is the survey's, others have its name."""
    return {
        SCORES if evaluation.kind == "survey" else name: name
        for name, evaluation in settings.config.evaluations.items()
    }


def contrasted(settings: Settings) -> dict[str, str]:
    """By table of contrasts the evaluation: the survey's is `contrasts`, others add their name."""
    return {
        CONTRASTED if table == SCORES else f"{name}_{CONTRASTED}": name
        for table, name in tables(settings).items()
        if can_be_contrasted(settings.config.evaluations[name].of_questions())
    }


def questions_of(settings: Settings, evaluation: str) -> str:
    """The path of the file that holds what an evaluation asks."""
    config = settings.config
    return getattr(config.evaluations[evaluation], "path", config.survey.bank)


def method_of(config: Config, name: str) -> Method:
    """The method of a name: the configuration's, or one of these without one norm."""
    name, _, place = name.partition(WITHOUT)
    method = config.methods[name]
    return method.model_copy(update={"without": int(place)}) if place else method


def norms_of(settings: Settings, cell: Cell) -> str | None:
    """The path of the high-level norms that a cell puts in context, if any."""
    method = method_of(settings.config, cell.method)
    if method.norms is None:
        return None
    return HIGH_NORMS.format(
        mining=method.norms,
        model=mined_for(cell.model, method.norm_model),
        country=giver(settings, method.norm_country, cell.country),
    )


def survey_cells(settings: Settings) -> list[Cell]:
    """The cells of the survey's own items."""
    survey = tables(settings).get(SCORES)
    return [cell for cell in grid(settings) if cell.evaluation == survey]


def norms_listed(settings: Settings, cells: Iterable[Cell]) -> list[str]:
    """The paths of all norms that stand before the items of some cells, each once.

    Their order is that of the folders, which they keep where paths are told folder by folder.
    """
    found = {norms_of(settings, cell) for cell in cells}
    return sorted((path for path in found if path), key=lambda path: path.split("/"))


def examples_of(settings: Settings, cell: Cell) -> str | None:
    """The path of the training rows that a cell shows with their answers, if any."""
    return cell.at(TRAIN) if method_of(settings.config, cell.method).examples else None


def adapter_of(settings: Settings, cell: Cell) -> str | None:
    """The folder of the adapter that answers for a cell, if any."""
    tuning = method_of(settings.config, cell.method).tuning
    if tuning is None:
        return None
    model = drawn_for(settings.config, tuning, cell.model)
    return ADAPTER.format(tuning=tuning, model=model, learner=learner_of(settings, cell))


def learner_of(settings: Settings, cell: Cell) -> str:
    """Whose adapter answers for a cell whose method has a tuning."""
    method = method_of(settings.config, cell.method)
    country = giver(settings, method.tuning_country, cell.country)
    return POOLED if method.scope == "pooled" else country


def drawn_for(config: Config, tuning: str, model: str) -> str:
    """The name of a model's draw with which it is tuned: bare answers hang on no norms."""
    name, draw = Draw.of(model)
    reasoned = learns_reasoning(config, tuning)
    return (draw if reasoned else draw.only("split", "training")).named(name)


def mined_for(model: str, miner: str | None = None) -> str:
    """The name of the draw that mines the norms of a model's draw, or of another model's."""
    name, draw = Draw.of(model)
    return draw.only("split", "mining").named(miner or name)


def learns_reasoning(config: Config, tuning: str) -> bool:
    """Whether an adapter learns from traces, which are sampled with norms in context."""
    return config.tunings[tuning].sources != ("train",)


def variants(methods: dict[str, Method]) -> dict[str, str]:
    """By method that varies how questions are put the first that is the same but puts them plainly.

    A method of which there is no such other is a variant of none.
    """
    plain = {name: method for name, method in methods.items() if method == _plainly(method)}
    found: dict[str, str] = {}
    for name in methods.keys() - plain.keys():
        same = [other for other in plain if plain[other] == _plainly(methods[name])]
        found |= {name: same[0]} if same else {}
    return dict(sorted(found.items()))


def _plainly(method: Method) -> Method:
    return method.model_copy(update=PLAIN)


def start_of(tuning: Objective) -> str | None:
    """The tuning that one continues from, if it continues from any."""
    return getattr(tuning, "start", None)


def published(settings: Settings) -> list[str]:
    """The folders in which the grid's own adapters are shared."""
    found = []
    for cell in survey_cells(settings):
        method = settings.config.methods[cell.method]
        if method.tuning and method.tuning_country == "own":
            learner = POOLED if method.scope == "pooled" else cell.country
            found.append(PUBLISHED.format(method=cell.method, model=cell.model, learner=learner))
    return list(dict.fromkeys(found))


def lenders_named(settings: Settings) -> dict[str, str]:
    """By country that a method names to lend norms or adapter, from its own answers, the key."""
    config, found = settings.config, {}
    for name, method in config.methods.items():
        way = config.mining.ways.get(method.norms or "")
        if way and way.answers != "none":
            found[method.norm_country] = f"methods.{name}.norm_country"
        if method.tuning and method.scope == "country":
            found[method.tuning_country] = f"methods.{name}.tuning_country"
    drawn = ("own", *get_args(Lent))
    return {country: key for country, key in found.items() if country not in drawn}


def taught(settings: Settings, learner: str) -> tuple[str, ...]:
    """The countries whose examples an adapter learns from."""
    return settings.pool if learner == POOLED else (learner,)


def giver(settings: Settings, whose: str, country: str) -> str:
    """Whose norms or adapter a country gets: its own, another's of the pool, or that of `whose`."""
    if whose == "own":
        return country
    if whose in TURNS:
        return by_nearness(settings, whose, country)
    if whose == "random":
        return lender(country, settings.pool, settings.config.split.seed)
    return whose


def lender(country: str, pool: tuple[str, ...], seed: int) -> str:
    """The other country that the placebo draws: the smallest SHA-256 of seed:country:other.

    A country added to the pool changes the draw of those alone who draw it.
    """
    others = [other for other in pool if other != country]
    return min(others, key=lambda other: _rank(seed, country, other))


def _rank(seed: int, country: str, other: str) -> str:
    return hashlib.sha256(f"{seed}:{country}:{other}".encode()).hexdigest()
