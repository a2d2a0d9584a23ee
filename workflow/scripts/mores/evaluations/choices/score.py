"""Accuracy: how often the right option is chosen; an answer that names no option is wrong."""

from collections import Counter

from mores.errors import InputError
from mores.evaluations.questions import Questions
from mores.method.replies import REASONS


def score(questions: Questions, answers: list[dict], _test: list[dict] | None, where: str) -> dict:
    """The scores of a cell, 0..100, and by question the hits of its answers."""
    asked = Counter(row["item"] for row in answers)
    if set(asked) != set(questions.gold):
        odd = sorted(set(asked) ^ set(questions.gold))
        raise InputError(f"{where}: answers and questions differ ({odd[0]}, {len(odd)} in all)")
    gold = questions.gold
    hits = Counter(row["item"] for row in answers if row["choice"] == gold[row["item"]])
    valid = Counter(row["item"] for row in answers if row["choice"] is not None)
    invalid = Counter(row["invalid"] for row in answers if row["invalid"])
    return {
        "n_items": len(gold),
        "n_valid": len(valid),
        "n_answers": len(answers),
        "n_without_norms": sum(row["n_norms"] == 0 for row in answers),
        "accuracy": 100 * hits.total() / len(answers),
        "accuracy_valid": 100 * hits.total() / valid.total() if valid else float("nan"),
        "invalid_rate": sum(invalid.values()) / len(answers),
        **{f"invalid_{reason}": invalid[reason] for reason in REASONS},
        "items": list(gold),
        "hits": [hits[name] for name in gold],
        "answers": [asked[name] for name in gold],
        "gold": list(gold.values()),
        "options": [len(questions.bank.items[name].codes) for name in gold],
    }
