"""The grid: every country x model x method, the norms each cell needs, and where files lie."""

import hashlib
from dataclasses import asdict, dataclass
from itertools import product

from mores.settings import Settings

MARGINALS = "results/survey/marginals.parquet"
SPLIT = "results/survey/split.tsv"
TRAIN = "results/survey/{country}/train.jsonl"
TEST = "results/survey/{country}/test.jsonl"
LOW_NORMS = "results/norms/{mining}/{model}/{country}/low.jsonl"
HIGH_NORMS = "results/norms/{mining}/{model}/{country}/high.jsonl"
ANSWERS = "results/answers/{method}/{model}/{country}.jsonl"
CELL = "results/cells/{method}/{model}/{country}.json"
REFERENCES = "results/cells/references.json"
SCORES = "results/scores.tsv"


@dataclass(frozen=True)
class Cell:
    """One country, as one model answers for it, in one way."""

    country: str
    model: str
    method: str

    def at(self, pattern: str) -> str:
        """The path of one of this cell's files."""
        return pattern.format(**asdict(self))


def grid(settings: Settings) -> list[Cell]:
    """The whole grid; cells of one model stand together."""
    config = settings.config
    order = product(config.models, config.methods, config.countries)
    return [Cell(country, model, method) for model, method, country in order]


def norms_of(settings: Settings, cell: Cell) -> str | None:
    """The path of the high-level norms that a cell puts in context, if any."""
    method = settings.config.methods[cell.method]
    if method.norms is None:
        return None
    country = cell.country
    if method.norm_country == "random":
        country = lender(country, settings.pool, settings.config.split.seed)
    return HIGH_NORMS.format(mining=method.norms, model=cell.model, country=country)


def lender(country: str, pool: tuple[str, ...], seed: int) -> str:
    """The other country whose norms the placebo gives: the smallest SHA-256 of seed:country:other.

    A country added to the pool changes the draw of those alone who draw it.
    """
    others = [other for other in pool if other != country]
    return min(others, key=lambda other: _rank(seed, country, other))


def _rank(seed: int, country: str, other: str) -> str:
    return hashlib.sha256(f"{seed}:{country}:{other}".encode()).hexdigest()
