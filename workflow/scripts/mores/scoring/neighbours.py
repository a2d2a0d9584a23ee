"""Neighbours: the countries whose answers to the training items are most like a country's own.

From its most frequent answers to the training items, all that norms are mined from, and the other
countries' surveys, one can answer a country's test items without any model.
"""

import numpy as np

from mores.method.items import Item
from mores.survey.answered import Answered, Marginals

WIDTH = 0.02  # of the distance, in shares of a scale, at which a weight falls to 1/e


def neighbour_weights(
    survey: Marginals, country: str, others: list[str], train: list[Item]
) -> dict[str, float]:
    """How much each other country counts: exp(-(d - smallest d) / WIDTH), d being its distance."""
    apart = distances(survey, country, others, train)
    nearest = min(apart.values(), default=0)
    return {other: float(np.exp((nearest - d) / WIDTH)) for other, d in apart.items()}


def distances(
    survey: Marginals, country: str, others: list[str], train: list[Item]
) -> dict[str, float]:
    """How far each other country is from a country.

    This is the root mean square distance of the most frequent answers to the training items that
    both were asked, each scaled to 0..1. Countries without such an item are left out.
    """
    found = {}
    for other in others:
        own, theirs = survey[country], survey[other]
        both = [item for item in train if item.id in own and item.id in theirs]
        if both:
            apart = [(own[item.id].gold - theirs[item.id].gold) / item.span for item in both]
            found[other] = float(np.sqrt(np.mean(np.square(apart))))
    return found


def neighbours_answer(
    answered: dict[str, dict[str, Answered]], weights: dict[str, float], item: Item
) -> float | None:
    """The weighted mean of the neighbours' mean codes, rounded to a code; None if none answered."""
    asked = [other for other in weights if item.id in answered[other]]
    if not asked:
        return None
    means = [answered[other][item.id].shares @ np.array(item.codes) for other in asked]
    return float(round(np.average(means, weights=[weights[other] for other in asked])))
