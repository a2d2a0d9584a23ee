"""What references score, item by item, and their rows of the scores table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mores.errors import InputError
from mores.method.items import Bank, Item
from mores.scoring.reference_similarity import reference_similarities
from mores.scoring.references import Held, references
from mores.scoring.resample import Resampling, Sums, draws, interval, percentage
from mores.spec import Section
from mores.survey.answered import answers_by_country
from mores.survey.part import BankPart
from mores.survey.split import read_split

if TYPE_CHECKING:
    import polars as pl

MODEL = "reference"


class ReferenceScoring(Section):
    """What references are scored with."""

    countries: tuple[str, ...]
    """The countries that are answered for."""
    pool: tuple[str, ...]
    """The countries that stand for the world."""
    seed: int
    """Of what references draw."""
    bank: BankPart
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute scores."""


def score_references(
    spec: ReferenceScoring, bank: Bank, marginals: "pl.DataFrame", split: str
) -> "pl.DataFrame":
    """Each country's references on the test items of the split.

    Columns: `country`, `reference`, `item`; `squares`, a list of (a - g)^2 by draw; `weight`,
    (n - 1)^2; `hits` and `closeness` as in `mores.scoring.alignment.Tally`; `similarity`, 0..1,
    null where the reference has no distribution. A reference has a row for each item that it can
    answer and the country was asked.
    """
    import polars as pl

    survey = answers_by_country(marginals)
    absent = [country for country in spec.pool if country not in survey]
    if absent:
        raise InputError(f"countries: the survey has no answers of {', '.join(absent)}")
    parts = read_split(split)
    train = [item for item in bank.items.values() if parts[item.id] == "train"]
    test = [item for item in bank.items.values() if parts[item.id] == "test"]
    rows: list[dict[str, Any]] = []
    for country in spec.countries:
        asked = [item for item in test if item.id in survey[country]]
        given = (survey, [*spec.pool], country, train, spec.seed)
        near = reference_similarities(*given)
        for name, reference in references(*given).items():
            of = {"country": country, "reference": name}
            for item in asked:
                if (held := reference(item)) is not None:
                    similarity = near[name](item) if name in near else None
                    rows.append(of | _score(item, held) | {"similarity": similarity})
    return pl.DataFrame(rows, infer_schema_length=None)


def _score(item: Item, held: Held) -> dict[str, Any]:
    """One item of a reference, scored."""
    off, span = np.abs(np.atleast_1d(np.subtract(held.answers, held.gold))), len(item.codes) - 1
    hits = float(np.mean(off == 0))
    return {
        "item": item.id,
        "squares": (off**2).astype(float).tolist(),
        "weight": float(span**2),
        "hits": hits,
        "closeness": hits if item.kind == "nominal" else float(np.mean(1 - off / span)),
    }


@dataclass(frozen=True)
class Scored:
    """One reference of one country: sums for its alignment, and its means over items."""

    sums: Sums
    top_match: float
    item_alignment: float
    near: Sums
    """For its similarity; nothing counts where it has no distribution."""


def read_references(frame: "pl.DataFrame", items: list[str]) -> dict[str, dict[str, Scored]]:
    """What `score_references` made, by country and reference, over `items`."""
    at = {name: index for index, name in enumerate(items)}
    scored: dict[str, dict[str, Scored]] = {}
    for (country, name), rows in frame.group_by("country", "reference", maintain_order=True):
        index = [at[item] for item in rows["item"]]
        squares = np.array(rows["squares"].to_list())
        amounts, weights = np.zeros((len(items), squares.shape[1])), np.zeros(len(items))
        amounts[index], weights[index] = squares, rows["weight"].to_numpy()
        hits, closeness = (float(rows[one].to_numpy().mean()) for one in ("hits", "closeness"))
        near = _similarities(rows["similarity"].cast(float).to_numpy(), index, len(items))
        scored.setdefault(str(country), {})[str(name)] = Scored(
            Sums(amounts, weights), hits, closeness, near
        )
    return scored


def _similarities(values: np.ndarray, index: list[int], n_items: int) -> Sums:
    """Similarities by item, whose mean is a percentage."""
    amounts, counted = np.zeros(n_items), np.zeros(n_items)
    counted[index] = ~np.isnan(values)
    amounts[index] = np.nan_to_num(values)
    return Sums(amounts, counted, percentage)


def reference_rows(
    scored: dict[str, dict[str, Scored]], items: list[str], spec: Resampling
) -> Iterator[dict]:
    """Rows of the scores table, by reference and country, with the mean over its countries."""
    counts = draws(len(items), spec.resamples, spec.seed)
    for name in dict.fromkeys(name for by_name in scored.values() for name in by_name):
        by_country = {country: of[name] for country, of in scored.items() if name in of}
        alone = [(country, [one]) for country, one in by_country.items()]
        for country, of_row in [*alone, ("MEAN", [*by_country.values()])]:
            spread = np.mean([one.sums.scores(counts) for one in of_row], axis=0)
            near = np.mean([one.near.scores(counts) for one in of_row], axis=0)
            row = _row(country, name, of_row, *interval(spread, spec.confidence))
            low, high = interval(near, spec.confidence)
            yield row | {"similarity_low": low, "similarity_high": high}


def _row(country: str, name: str, scored: list[Scored], low: float, high: float) -> dict:
    score = float(np.mean([one.sums.score() for one in scored]))
    n_items = sum(one.sums.n_items for one in scored)
    return {
        "country": country,
        "model": MODEL,
        "method": name,
        "n_items": n_items,
        "n_valid": n_items,
        "alignment": score,
        "alignment_low": low,
        "alignment_high": high,
        "strict": score,
        "strict_low": low,
        "strict_high": high,
        "top_match": 100 * float(np.mean([one.top_match for one in scored])),
        "invalid_rate": 0.0,
        "item_alignment": 100 * float(np.mean([one.item_alignment for one in scored])),
        "similarity": float(np.mean([one.near.score() for one in scored])),
    }
