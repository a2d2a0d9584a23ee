"""References: how a country's items can be answered from surveys alone, with no model.

A reference answers an item with one number, or with `DRAWS` of them where it draws. Every item of
every country has a generator of its own, so that fewer of them change nothing about the others.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mores.method.items import Item
from mores.scoring.neighbours import neighbour_weights, neighbours_answer
from mores.survey.answered import Answered, Marginals

DRAWS = 200
CEILING = "ceiling"
# These look at the country's own answers to the items that they answer: no floor for a model.
SEE_ANSWERS = ("respondent", "pooled_mode", "own_mean", CEILING)


@dataclass(frozen=True)
class Held:
    """Answers, and the answers that they are held against: one of each, or `DRAWS`."""

    answers: npt.ArrayLike
    gold: npt.ArrayLike


Reference = Callable[[Item], Held | None]
Answer = Callable[[Item], npt.ArrayLike | None]


def references(
    survey: Marginals, pool: list[str], country: str, train: list[Item], seed: int
) -> dict[str, Reference]:
    """Each reference of a country: from an item that it was asked to answers, None if it has none.

    `pool` are the countries that stand for the world: the pooled mode, the other countries' mean
    and the neighbours are made from them, and the first of them answers for everybody else as
    `country_XXX`. `train` are the items from which norms are mined.
    """
    own, first = survey[country], survey[pool[0]]
    others = [other for other in pool if other != country]
    weights = neighbour_weights(survey, country, others, train)

    def rng(name: str, item: Item) -> np.random.Generator:
        return np.random.default_rng([seed, *f"{name} {country} {item.id}".encode()])

    answers: dict[str, Answer] = {
        "random": lambda item: rng("random", item).choice(item.codes, size=DRAWS),
        "midpoint": _middle,
        "midpoint_code": lambda item: _nearest(_middle(item)),
        f"country_{pool[0]}": lambda item: first[item.id].gold if item.id in first else None,
        "respondent": lambda item: rng("respondent", item).choice(
            item.codes, size=DRAWS, p=own[item.id].shares
        ),
        "pooled_mode": lambda item: _mode([survey[one] for one in pool], item),
        "other_mean": lambda item: _mean([survey[one] for one in others], item),
        "neighbours": lambda item: neighbours_answer(survey, weights, item),
        "own_mean": lambda item: _mean([own], item),
    }
    if country == pool[0]:
        del answers[f"country_{pool[0]}"]
    found = {name: _against(own, answer) for name, answer in answers.items()}
    found[CEILING] = lambda item: _two_samples(own[item.id], item, rng(CEILING, item))
    return found


def _against(own: dict[str, Answered], answer: Answer) -> Reference:
    """A reference whose answers are held against the country's most frequent one."""

    def held(item: Item) -> Held | None:
        answers = answer(item)
        return None if answers is None else Held(answers, own[item.id].gold)

    return held


def _middle(item: Item) -> float:
    return (item.codes[0] + item.codes[-1]) / 2


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


def _two_samples(cell: Answered, item: Item, rng: np.random.Generator) -> Held | None:
    """Two further samples of the country, each of its own effective size: their top answers.

    One answers, the other says what is right. A sample held against the very one that it was drawn
    from would be too near to it, since that one's errors are then taken for the truth.
    """
    if cell.n is None:
        return None
    size = max(1, round(cell.n))
    tops = rng.multinomial(size, cell.shares, size=(2, DRAWS)).argmax(axis=-1)
    answers, gold = np.array(item.codes)[tops]
    return Held(answers, gold)
