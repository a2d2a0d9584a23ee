"""Reference rows: what answers score that come from the survey alone, with no model.

A reference answers every item with one number, or with `DRAWS` of them where it draws (random,
respondent, ceiling); the score of a drawn reference is the mean of its draws' scores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mores.errors import InputError
from mores.method.items import Bank, Item
from mores.scoring.resample import Resampling, Sums, draws, interval
from mores.survey.part import BankPart
from mores.survey.split import read_split

if TYPE_CHECKING:
    import polars as pl

DRAWS = 200


class ReferenceScoring(Resampling):
    """What reference rows are made with."""

    countries: tuple[str, ...]
    """The countries that get rows."""
    pool: tuple[str, ...]
    """The countries that stand for the world."""
    bank: BankPart
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute scores."""


@dataclass(frozen=True)
class Answered:
    """A country's answers to an item: shares in the order of the codes, gold, respondents."""

    shares: np.ndarray
    gold: int
    n: int | None


Marginals = dict[str, dict[str, Answered]]  # country -> item -> answers
Reference = Callable[[Item], np.ndarray | float | None]


@dataclass(frozen=True)
class Scored:
    """One reference of one country: sums for its alignment, and its means over items."""

    sums: Sums
    top_match: float
    item_alignment: float


def score_references(
    spec: ReferenceScoring, bank: Bank, marginals: "pl.DataFrame", split: str
) -> list[dict]:
    """Rows of the references, on the test items of the split."""
    survey = answers_by_country(marginals)
    absent = [country for country in spec.pool if country not in survey]
    if absent:
        raise InputError(f"countries: the survey has no answers of {', '.join(absent)}")
    items = [name for name, part in read_split(split).items() if part == "test"]
    return reference_rows(survey, bank, items, [*spec.countries], [*spec.pool], spec)


def answers_by_country(marginals: "pl.DataFrame") -> Marginals:
    """Marginals (see `mores.survey.importing`) as cells by country and item."""
    survey: Marginals = {}
    for (country, name), rows in marginals.group_by("country", "item", maintain_order=True):
        gold = rows.filter(rows["top"])["code"].item()
        cell = Answered(rows["share"].to_numpy(), gold, rows["n"][0])
        survey.setdefault(country, {})[name] = cell
    return survey


def references(survey: Marginals, pool: list[str], country: str, seed: int) -> dict[str, Reference]:
    """Each reference of a country as a function from an item to its answer, None if it has none.

    `pool` are the countries that stand for the world: the pooled mode and the other countries' mean
    are made from them, and the first of them answers for everybody else as `country_XXX`.
    """
    own, first = survey[country], survey[pool[0]]
    others = [survey[other] for other in pool if other != country]
    everybody = [survey[one] for one in pool]
    rng = np.random.default_rng([seed, *country.encode()])
    found: dict[str, Reference] = {
        "random": lambda item: rng.choice(item.codes, size=DRAWS),
        "midpoint": lambda item: (item.codes[0] + item.codes[-1]) / 2,
        "midpoint_code": lambda item: _nearest((item.codes[0] + item.codes[-1]) / 2),
        f"country_{pool[0]}": lambda item: float(first[item.id].gold) if item.id in first else None,
        "respondent": lambda item: rng.choice(item.codes, size=DRAWS, p=own[item.id].shares),
        "pooled_mode": lambda item: _mode(everybody, item),
        "other_mean": lambda item: _mean(others, item),
        "own_mean": lambda item: _mean([own], item),
        "ceiling": lambda item: _second_samples(own[item.id], item, rng),
    }
    if country == pool[0]:
        del found[f"country_{pool[0]}"]
    return found


def _nearest(value: float) -> float:
    """Round half to even."""
    return float(round(value))


def _mode(countries: list[dict[str, Answered]], item: Item) -> float | None:
    """The code with the largest share in the mean of the countries' shares."""
    shares = [of[item.id].shares for of in countries if item.id in of]
    return float(item.codes[int(np.mean(shares, axis=0).argmax())]) if shares else None


def _mean(countries: list[dict[str, Answered]], item: Item) -> float | None:
    """The mean of the countries' mean codes, rounded to a code."""
    means = [of[item.id].shares @ np.array(item.codes) for of in countries if item.id in of]
    return _nearest(float(np.mean(means))) if means else None


def _second_samples(cell: Answered, item: Item, rng: np.random.Generator) -> np.ndarray | None:
    """The most frequent answers of further samples of the country, each of its own size."""
    if cell.n is None:
        return None
    return np.array(item.codes)[rng.multinomial(cell.n, cell.shares, size=DRAWS).argmax(axis=1)]


def score_reference(
    reference: Reference, cells: dict[str, Answered], bank: Bank, items: list[str]
) -> Scored | None:
    """Score a reference on the items it has an answer for and the country a gold one."""
    squares, weights = np.zeros((len(items), DRAWS)), np.zeros(len(items))
    hits, closeness = [], []
    for index, name in enumerate(items):
        answer = reference(bank.items[name]) if name in cells else None
        if answer is None:
            continue
        item, gold = bank.items[name], cells[name].gold
        off, span = np.abs(np.atleast_1d(answer) - gold), len(item.codes) - 1
        squares[index], weights[index] = off**2, span**2
        hits.append(np.mean(off == 0))
        closeness.append(hits[-1] if item.kind == "nominal" else np.mean(1 - off / span))
    if not hits:
        return None
    return Scored(Sums(squares, weights), float(np.mean(hits)), float(np.mean(closeness)))


def reference_rows(
    survey: Marginals,
    bank: Bank,
    items: list[str],
    countries: list[str],
    pool: list[str],
    spec: Resampling,
) -> list[dict]:
    """Rows of the scores table, by country and reference, with the mean over `countries`."""
    counts = draws(len(items), spec.resamples, spec.seed)
    scored: dict[str, dict[str, Scored]] = {}
    for country in countries:
        for name, reference in references(survey, pool, country, spec.seed).items():
            if found := score_reference(reference, survey[country], bank, items):
                scored.setdefault(name, {})[country] = found
    rows = []
    for name, by_country in scored.items():
        spread = {c: one.sums.scores(counts) for c, one in by_country.items()}
        for country, one in by_country.items():
            low, high = interval(spread[country], spec.confidence)
            rows.append(_row(country, name, [one], low, high))
        low, high = interval(np.mean(list(spread.values()), axis=0), spec.confidence)
        rows.append(_row("MEAN", name, list(by_country.values()), low, high))
    return rows


def _row(country: str, name: str, scored: list[Scored], low: float, high: float) -> dict:
    score = float(np.mean([one.sums.score() for one in scored]))
    n_items = sum(one.sums.n_items for one in scored)
    return {
        "country": country,
        "model": "reference",
        "method": name,
        "n_items": n_items,
        "n_valid": n_items,
        "alignment": score,
        "alignment_low": low,
        "alignment_high": high,
        "strict": score,
        "top_match": 100 * float(np.mean([one.top_match for one in scored])),
        "invalid_rate": 0.0,
        "item_alignment": 100 * float(np.mean([one.item_alignment for one in scored])),
    }
