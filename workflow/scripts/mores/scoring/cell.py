"""One cell of the survey scored: the numbers of its row, and per item what paired tests need."""

from collections import Counter

import numpy as np

from mores.errors import InputError
from mores.method.items import Bank
from mores.method.replies import REASONS
from mores.scoring.alignment import Tally, by_sample, tally
from mores.scoring.distributions import Compared, compare, distribution_scores
from mores.scoring.marks import sureness

TOKENS = ("prompt_tokens", "completion_tokens")


def score_cell(answers: list[dict], test: list[dict], bank: Bank, where: str) -> dict:
    """Score a cell's answer rows against the country's test rows.

    Raises InputError where the answers are not those of the test items.
    """
    _check(answers, test, where)
    gold = {row["item"]: row["top"] for row in test if row["top"] is not None}
    tallied = tally(answers, gold, bank)
    invalid = Counter(row["invalid"] for row in answers if row["invalid"])
    compared = compare(answers, test, bank.items)
    return {
        "n_items": len(gold),
        "n_valid": tallied.n_valid,
        "n_answers": len(answers),
        "samples": len(answers) // len(test),
        "n_without_norms": sum(row["n_norms"] == 0 for row in answers),
        **summary(tallied),
        **distribution_scores(compared),
        **sureness(test),
        "by_sample": by_sample(answers, gold, bank),
        "invalid_rate": sum(invalid.values()) / len(answers),
        **{f"invalid_{reason}": invalid[reason] for reason in REASONS},
        **tokens(answers),
        **_by_item(tallied, gold, test, compared),
    }


def tokens(answers: list[dict]) -> dict[str, float]:
    """Tokens per answer, read and written; NaN where whoever answered did not count them."""
    counted = {name: sum(row.get(name) or 0 for row in answers) for name in TOKENS}
    return {name: of / len(answers) if of else float("nan") for name, of in counted.items()}


def _by_item(
    tallied: Tally, gold: dict[str, int], test: list[dict], compared: list[Compared]
) -> dict[str, list]:
    """What tests and lists need, by item, in the order of `items`; None where there is none."""
    people = {row["item"]: row.get("shares") or {} for row in test}
    said = {one.item.id: one for one in compared}
    return {
        "items": list(tallied.items),
        "squares": tallied.squares.tolist(),
        "weights": tallied.weights.tolist(),
        "strict_squares": tallied.strict_squares.tolist(),
        "strict_weights": tallied.strict_weights.tolist(),
        "similarities": [said[name].similarity if name in said else 0.0 for name in tallied.items],
        "compared": [float(name in said) for name in tallied.items],
        "gold": [gold[name] for name in tallied.items],
        "gold_shares": [people[name].get(str(gold[name])) for name in tallied.items],
        "shares": [said[name].by_code if name in said else {} for name in tallied.items],
        "missed": tallied.missed.tolist(),
        "closeness": [None if np.isnan(one) else 100 * one for one in tallied.closeness.tolist()],
        "hits": [None if np.isnan(one) else 100 * one for one in tallied.hits.tolist()],
    }


def summary(tallied: Tally) -> dict[str, float]:
    """The scores of a tally, 0..100."""
    return {
        "alignment": float(tallied.score()),
        "strict": float(tallied.strict()),
        "strict_best": float(tallied.strict_best()),
        "top_match": 100 * _mean(tallied.hits),
        "item_alignment": 100 * _mean(tallied.closeness),
    }


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _check(answers: list[dict], test: list[dict], where: str) -> None:
    asked, wanted = Counter(row["item"] for row in answers), {row["item"] for row in test}
    if set(asked) != wanted:
        odd = sorted(set(asked) ^ wanted)
        raise InputError(f"{where}: answers and test items differ ({odd[0]}, {len(odd)} in all)")
    if len(set(asked.values())) > 1:
        raise InputError(f"{where}: items have different numbers of samples; answer them again")
