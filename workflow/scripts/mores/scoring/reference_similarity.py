"""How near the distributions of references are to a country's: what similarity must beat.

A reference that answers with one number for everybody has no distribution, and none here.
"""

from collections.abc import Callable

import numpy as np

from mores.method.items import Item
from mores.scoring.distributions import similarity
from mores.scoring.neighbours import neighbour_weights
from mores.scoring.references import CEILING
from mores.survey.answered import Answered, Marginals

DRAWS = 20

Similarity = Callable[[Item], float | None]


def reference_similarities(
    survey: Marginals, pool: list[str], country: str, train: list[Item], seed: int
) -> dict[str, Similarity]:
    """By reference (see `mores.scoring.references`) an item's similarity, 0..1; None without one.

    `random` gives every option the same share; `other_mean` and `neighbours` are means of the other
    countries' shares; `respondent` is the mean over respondents of what one alone would score.
    """
    own, first = survey[country], survey[pool[0]]
    others = [other for other in pool if other != country]
    weights = neighbour_weights(survey, country, others, train)
    found: dict[str, Similarity] = {
        "random": lambda item: similarity(_even(item), own[item.id].shares),
        f"country_{pool[0]}": lambda item: _near(own, {pool[0]: 1.0}, {pool[0]: first}, item),
        "respondent": lambda item: _one_respondent(own[item.id].shares),
        "other_mean": lambda item: _near(own, dict.fromkeys(others, 1.0), survey, item),
        "neighbours": lambda item: _near(own, weights, survey, item),
        CEILING: lambda item: _two_samples(own[item.id], _rng(seed, country, item)),
    }
    if country == pool[0]:
        del found[f"country_{pool[0]}"]
    return found


def _even(item: Item) -> np.ndarray:
    return np.full(len(item.codes), 1 / len(item.codes))


def _near(
    own: dict[str, Answered], weights: dict[str, float], survey: Marginals, item: Item
) -> float | None:
    """Similarity of the weighted mean of the shares of those who were asked."""
    asked = [one for one in weights if item.id in survey[one]]
    if not asked:
        return None
    shares = [survey[one][item.id].shares for one in asked]
    mean = np.average(shares, axis=0, weights=[weights[one] for one in asked])
    return similarity(mean, own[item.id].shares)


def _one_respondent(shares: np.ndarray) -> float:
    alone = [similarity(one, shares) for one in np.eye(len(shares))]
    return float(shares @ alone)


def _rng(seed: int, country: str, item: Item) -> np.random.Generator:
    return np.random.default_rng([seed, *f"similarity {country} {item.id}".encode()])


def _two_samples(cell: Answered, rng: np.random.Generator) -> float | None:
    """The mean similarity of two further samples of the country, each of its effective size."""
    if cell.n is None:
        return None
    size = max(1, round(cell.n))
    pairs = rng.multinomial(size, cell.shares, size=(DRAWS, 2)) / size
    return float(np.mean([similarity(*pair) for pair in pairs]))
