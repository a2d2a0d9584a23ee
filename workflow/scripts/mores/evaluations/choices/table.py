"""The table of accuracies, beside what chance and one and the same option score."""

from collections import Counter

import numpy as np

from mores.scoring.resample import Resampling, Sums, draws, interval, percentage
from mores.scoring.table import MEAN, WHY_INVALID, Layout, scores_table

LAYOUT = Layout(
    columns=(
        *("country", "model", "method", "n_items", "n_valid"),
        *("accuracy", "accuracy_low", "accuracy_high", "accuracy_valid", "invalid_rate"),
        *("delta", "delta_low", "delta_high", "p_value", "p_adjusted"),
        *("n_answers", "n_without_norms", *WHY_INVALID),
        *("variant_of", "consistency", "spread", "marks"),
    ),
    score="accuracy",
    formula=percentage,
    sums=("hits", "answers"),
    averaged=("accuracy_valid", "invalid_rate"),
)


def table(spec: Resampling, cells: list[dict], _references: None, _split: str | None) -> str:
    """The table, over all questions that any country is asked."""
    items = sorted({name for cell in cells for name in cell["items"]})
    return scores_table(cells, reference_rows(cells, items, spec), items, spec, LAYOUT)


def reference_rows(cells: list[dict], items: list[str], spec: Resampling) -> list[dict]:
    """What needs no model, by country and on average: chance, and the option most often right."""
    counts = draws(len(items), spec.resamples, spec.seed)
    at = {name: index for index, name in enumerate(items)}
    by_country = {cell["country"]: cell for cell in cells}
    rows = []
    for name, reference in {"chance": _chance, "majority_option": _majority}.items():
        spread, scores = [], []
        for country, cell in sorted(by_country.items()):
            hits, asked = np.zeros(len(items)), np.zeros(len(items))
            index = [at[item] for item in cell["items"]]
            hits[index], asked[index] = reference(cell), 1
            sums = Sums(hits, asked, percentage)
            spread.append(sums.scores(counts))
            scores.append(sums.score())
            rows.append(_row(country, name, len(index), scores[-1], spread[-1], spec))
        mean = float(np.mean(scores)), np.mean(spread, axis=0)
        asked_in_all = sum(len(cell["items"]) for cell in by_country.values())
        rows.append(_row(MEAN, name, asked_in_all, *mean, spec))
    return rows


def _chance(cell: dict) -> list[float]:
    return [1 / count for count in cell["options"]]


def _majority(cell: dict) -> list[float]:
    """One and the same place among the options, of those most often right the first."""
    places = Counter(cell["gold"])
    most = max(sorted(places), key=lambda place: places[place])
    return [float(code == most) for code in cell["gold"]]


def _row(
    country: str, name: str, asked: int, score: float, spread: np.ndarray, spec: Resampling
) -> dict:
    low, high = interval(spread, spec.confidence)
    return {
        "country": country,
        "model": "reference",
        "method": name,
        "n_items": asked,
        "n_valid": asked,
        "accuracy": score,
        "accuracy_low": low,
        "accuracy_high": high,
        "accuracy_valid": score,
        "invalid_rate": 0.0,
    }
