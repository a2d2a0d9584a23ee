"""What tuning may have cost: every tuned method held against its base model, check by check.

Alignment first, then form (does an answer still name an option), whether countries are still told
apart, and how often multiple-choice questions that the study names are answered rightly.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from pydantic import Field

from mores.errors import InputError
from mores.evaluations.choices.table import LAYOUT as CHOICES
from mores.evaluations.survey.table import LAYOUT as SURVEY
from mores.scoring.flips import adjusted, by_topic, test_gains
from mores.scoring.gains import Gain, gain
from mores.scoring.resample import Resampling, Sums, percentage
from mores.scoring.table import BASELINE, MEAN, as_tsv, cell_sums, topics_of, with_mean

COLUMNS = (
    *("check", "country", "model", "method", "value", "vanilla"),
    *("delta", "low", "high", "p_value", "p_adjusted", "detectable", "verdict"),
)
Key = tuple[str, str, str]  # model, method, country


class Guarding(Resampling):
    """What is checked, and how sure a verdict is."""

    cells: tuple[tuple[str, int], ...]
    """The evaluations and how many cells each has, in the order of the cells; the survey first."""
    margin: float = Field(5.0, gt=0)
    """Points that may be lost."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute it."""


@dataclass(frozen=True)
class Check:
    """One thing that tuning may cost, of each cell: larger is better."""

    name: str
    sums: dict[Key, Sums]
    topics: list[str | None]


def score_guardrails(spec: Guarding, cells: list[dict] | None = None) -> str:
    """The table (TSV): by check, a row for each tuned cell and for the mean over countries."""
    if not cells:
        raise InputError("guardrails: no tuned method beside vanilla in this run; select both")
    given = iter(cells)
    parts = {name: [*islice(given, count)] for name, count in spec.cells}
    rows = [row for check in _checks(parts) for row in _rows(check, spec)]
    return as_tsv(rows, COLUMNS)


def _checks(parts: dict[str, list[dict]]) -> Iterator[Check]:
    survey, *others = parts
    yield _check("alignment", parts[survey], _alignment)
    yield _check("form", parts[survey], _form)
    yield _check("apart", parts[survey], _Apart(parts[survey]))
    for name in others:
        yield _check(name, parts[name], _accuracy)


def _check(name: str, cells: list[dict], sums: Callable[[dict, list[str]], Sums]) -> Check:
    items = sorted({item for cell in cells for item in cell["items"]})
    return Check(name, {_key(cell): sums(cell, items) for cell in cells}, topics_of(cells, items))


def _key(cell: dict) -> Key:
    return cell["model"], cell["method"], cell["country"]


def _alignment(cell: dict, items: list[str]) -> Sums:
    return cell_sums(cell, items, SURVEY.sums, SURVEY.formula)


def _accuracy(cell: dict, items: list[str]) -> Sums:
    return cell_sums(cell, items, CHOICES.sums, CHOICES.formula)


def _form(cell: dict, items: list[str]) -> Sums:
    """Answers of a hundred that name an option."""
    named = [1 - missed for missed in cell["missed"]]
    told = {"items": cell["items"], "named": named, "asked": [1.0] * len(named)}
    return cell_sums(told, items, ("named", "asked"), percentage)


class _Apart:
    """How far a cell's answers are from those of other countries' cells, 0..100.

    By item half the squared distance of the shares of the options, less what drawing a few answers
    adds to it, so that two countries of one distribution are at 0 on average whatever its spread;
    the mean over the other countries. An item counts where both have two answers that name an
    option.
    """

    def __init__(self, cells: list[dict]):
        self.cells = {_key(cell): _shares(cell) for cell in cells}

    def __call__(self, cell: dict, items: list[str]) -> Sums:
        model, method, country = _key(cell)
        own = self.cells[model, method, country]
        others = [
            shares
            for key, shares in self.cells.items()
            if key[:2] == (model, method) and key[2] != country
        ]
        amounts, weights = np.zeros(len(items)), np.zeros(len(items))
        for place, item in enumerate(items):
            found = [
                distance(*own[item], *other[item])
                for other in others
                if item in own and item in other
            ]
            if found:
                amounts[place], weights[place] = np.mean(found), 1
        return Sums(amounts, weights, percentage)


def _shares(cell: dict) -> dict[str, tuple[dict[str, float], int]]:
    """By item the shares of its options, and the answers that name one: two or more."""
    counts = [round((1 - missed) * cell["samples"]) for missed in cell["missed"]]
    found = zip(cell["items"], cell["shares"], counts, strict=True)
    return {item: (shares, count) for item, shares, count in found if shares and count > 1}


def distance(one: dict[str, float], n_one: int, other: dict[str, float], n_other: int) -> float:
    """Half the squared distance of the distributions that shares of so many answers are drawn from.

    Unbiased, and so below 0 at times.
    """
    squared = sum((one.get(code, 0) - other.get(code, 0)) ** 2 for code in {*one, *other})
    noise = sum(
        (1 - sum(share**2 for share in shares.values())) / (count - 1)
        for shares, count in ((one, n_one), (other, n_other))
    )
    return (squared - noise) / 2


def _rows(check: Check, spec: Guarding) -> Iterator[dict]:
    """The rows of a check; means and single countries are adjusted apart."""
    rows, gains = [], []
    tuned = sorted({key[:2] for key in check.sums if key[1] != BASELINE})
    for model, method in tuned:
        countries = sorted(key[2] for key in check.sums if key[:2] == (model, method))
        pairs = [
            (check.sums[model, method, country], check.sums[model, BASELINE, country])
            for country in countries
        ]
        gains += with_mean([gain(*pair) for pair in pairs])
        told = [tuple(one.score() for one in pair) for pair in pairs]
        for country, (value, vanilla) in zip(
            [*countries, MEAN], [*told, tuple(np.mean(told, axis=0))], strict=True
        ):
            named = {"check": check.name, "country": country, "model": model, "method": method}
            rows.append(named | {"value": float(value), "vanilla": float(vanilla)})
    for of_means in (True, False):
        family = [
            (row, one)
            for row, one in zip(rows, gains, strict=True)
            if one and (row["country"] == MEAN) == of_means
        ]
        _compare(family, check.topics, spec)
    yield from rows


def _compare(family: Sequence[tuple[dict, Gain]], topics: list[str | None], spec: Guarding) -> None:
    """Each row's difference, tested by topic, and what is to be made of it."""
    design, gains = by_topic(topics, spec), [one for _, one in family]
    if not gains:
        return
    tests = zip(family, test_gains(gains, design, spec), adjusted(gains, design), strict=True)
    for (row, _), tested, p_adjusted in tests:
        row |= {"delta": tested.difference, "low": tested.low, "high": tested.high}
        row |= {"p_value": tested.p, "p_adjusted": p_adjusted, "detectable": tested.detectable}
        row["verdict"] = verdict(tested.low, tested.high, p_adjusted, spec)


def verdict(low: float, high: float, p_adjusted: float, spec: Guarding) -> str:
    """`lost`, `kept` (not more than the margin is lost), or `undecided`."""
    if high < 0 and p_adjusted <= 1 - spec.confidence:
        return "lost"
    return "kept" if low >= -spec.margin else "undecided"
