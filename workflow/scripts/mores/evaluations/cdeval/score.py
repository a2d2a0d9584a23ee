"""How likely the high pole's option is, item by item, the two orders of its options averaged."""

from collections import Counter, defaultdict
from typing import Any

from mores.errors import InputError
from mores.evaluations.cdeval.items import Framed, framed
from mores.evaluations.questions import Questions
from mores.method.replies import REASONS


def score(questions: Questions, answers: list[dict], _test: list[dict] | None, where: str) -> dict:
    """The counts of a cell, and of each item what likelihoods are made of.

    `amounts` over `weights`, summed over items, is the likelihood of the high pole, 0..1.
    """
    asked = {row["item"] for row in answers}
    if asked != set(questions.bank.items):
        odd = sorted(asked ^ set(questions.bank.items))
        raise InputError(f"{where}: answers and questions differ ({odd[0]}, {len(odd)} in all)")
    given = _by_item(questions, answers)
    # A cell's items are named as what was asked: each by the first of its questions.
    first = {own[0][0].id: own[0][0] for own in given.values()}
    sums = {name: _sums(given[item.pair]) for name, item in first.items()}
    invalid = Counter(row["invalid"] for row in answers if row["invalid"])
    return {
        "n_items": len(sums),
        "n_valid": sum(one["weights"] > 0 for one in sums.values()),
        "n_answers": len(answers),
        "n_without_norms": sum(row["n_norms"] == 0 for row in answers),
        "invalid_rate": invalid.total() / len(answers),
        **{f"invalid_{reason}": invalid[reason] for reason in REASONS},
        "items": list(sums),
        "topics": [item.topic for item in first.values()],
        **{key: [one[key] for one in sums.values()] for key in next(iter(sums.values()))},
        "references": questions.gold,
    }


def _by_item(questions: Questions, answers: list[dict]) -> dict[str, list[tuple[Framed, dict]]]:
    """By item, its answers with the wording and order that each was given to."""
    found = defaultdict(list)
    for row in answers:
        item = framed(questions.bank, row["item"])
        found[item.pair].append((item, row))
    return found


def _sums(answers: list[tuple[Framed, dict]]) -> dict[str, Any]:
    """An item's sums: one wording in both its orders counts as one.

    A wording counts where both orders have a valid answer: with one alone, a model that prefers a
    place would seem to prefer a pole. What is left out so is bounded by `high`, `valid` and
    `answers`, which count every answer.
    """
    chosen: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for item, row in answers:
        if row["option"] is not None:
            chosen[item.variant, item.reversed].append(row["option"] == 1)
    both = [name for name, turned in chosen if not turned and (name, True) in chosen]
    shares = [_mean(chosen[name, turned]) / 2 for name in both for turned in (False, True)]
    options = [row["option"] for _, row in answers]
    return {
        "amounts": sum(shares),
        "weights": len(both),
        "high": options.count(1),
        "first": sum(row["choice"] == 1 for _, row in answers),
        "valid": len(options) - options.count(None),
        "answers": len(options),
    }


def _mean(values: list[int]) -> float:
    return sum(values) / len(values)
