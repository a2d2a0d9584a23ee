"""What needs no model: naming neither pole more than the other, and what other countries score."""

from collections.abc import Iterator

import numpy as np

from mores.evaluations.cdeval.measures import mean_of
from mores.evaluations.cdeval.profile import ALL, Items
from mores.evaluations.cdeval.references import own_scores
from mores.scoring.table import MEAN

MODEL = "reference"


def baseline_rows(cells: list[dict], items: Items) -> Iterator[dict]:
    """Rows of the countries that have a score, by dimension, and of all of them together.

    `half` is what drawing comes to, and always naming the same place; `other_mean` is the mean of
    all other countries that have a score.
    """
    references = cells[0]["references"]
    groups = items.groups[: len(items.dimensions)]
    scores = {
        name: own_scores(references, name, groups)
        for name in sorted({key.partition(" ")[0] for key in references})
    }
    asked = [name for name in scores if name in {cell["country"] for cell in cells}]
    guesses = {
        "half": {name: np.full(len(groups), 0.5) for name in asked},
        "other_mean": {
            name: _mean([scores[one] for one in scores if one != name])
            for name in asked
            if len(scores) > 1
        },
    }
    for method, guessed in guesses.items():
        away = {name: np.abs(guessed[name] - scores[name]) for name in guessed}
        for name in guessed:
            yield from _rows(name, method, away[name], groups, guessed[name], scores[name])
        if away:
            yield from _rows(MEAN, method, _mean([*away.values()]), groups)


def _rows(
    country: str,
    method: str,
    away: np.ndarray,
    groups: list[tuple[str, str]],
    guessed: np.ndarray | None = None,
    scores: np.ndarray | None = None,
) -> Iterator[dict]:
    named = {"country": country, "model": MODEL, "method": method, "domain": ALL}
    yield named | {"dimension": ALL, "distance": float(_mean([*away]))}
    for place, (dimension, _) in enumerate(groups):
        if np.isnan(away[place]):
            continue
        row = named | {"dimension": dimension, "distance": float(away[place])}
        if guessed is not None and scores is not None:
            row |= {"likelihood": float(guessed[place]), "reference": float(scores[place])}
        yield row


def _mean(values: list) -> np.ndarray:
    """The mean of what there is; nan of nothing."""
    stacked = np.stack(values)
    return mean_of(stacked, ~np.isnan(stacked), 0)
