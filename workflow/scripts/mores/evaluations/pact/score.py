"""The decisions of a cell: how often the wish is allowed, of whom, where, and how people decide."""

from collections import Counter

import numpy as np

from mores.errors import InputError
from mores.evaluations.pact.measures import (
    agreement,
    allow_rate,
    correlation,
    mae_groups,
    mae_scenes,
    majority_match,
    pair_agreement,
    rate_where,
    rates_by,
    signed_gap,
    spread,
)
from mores.evaluations.pact.questions import Fact, Scenes, item_names
from mores.method.replies import REASONS


def score(questions: Scenes, answers: list[dict], _test: list[dict] | None, where: str) -> dict:
    """The rates of a cell, 0..100, and by scene what paired tests need."""
    asked = Counter(row["item"] for row in answers)
    if set(asked) != set(questions.gold):
        odd = sorted(set(asked) ^ set(questions.gold))
        raise InputError(f"{where}: answers and scenes differ ({odd[0]}, {len(odd)} in all)")
    decisions = [row for row in answers if row["choice"] is not None]
    facts = questions.facts
    decided = _by_scene(Counter(row["item"] for row in decisions), facts)
    allowing = (row["item"] for row in decisions if row["choice"] == questions.gold[row["item"]])
    allowed = _by_scene(Counter(allowing), facts)
    invalid = Counter(row["invalid"] for row in answers if row["invalid"])
    unknown = sum(invalid.values())
    first = sum(row["choice"] == 1 for row in decisions)
    return {
        "n_items": len(facts),
        "n_valid": int((decided > 0).sum()),
        "n_answers": len(answers),
        "n_without_norms": sum(row["n_norms"] == 0 for row in answers),
        "allow_rate": float(allow_rate(allowed.sum(), decided.sum())),
        "allow_least": float(allow_rate(allowed.sum(), len(answers))),
        "allow_most": float(allow_rate(allowed.sum() + unknown, len(answers))),
        "first_rate": float(allow_rate(first, len(decisions))),
        "invalid_rate": unknown / len(answers),
        **{f"invalid_{reason}": invalid[reason] for reason in REASONS},
        **_by_country(allowed, decided, facts),
        **_by_person(allowed, decided, facts),
        **_beside_raters(allowed, decided, facts),
        "items": [fact.scene for fact in facts],
        "topics": [fact.topic for fact in facts],
        "own": [fact.own for fact in facts],
        "allowed": allowed.tolist(),
        "decided": decided.tolist(),
    }


def _by_scene(counted: Counter[str], facts: tuple[Fact, ...]) -> np.ndarray:
    """Counts by question as counts by scene, both orders of the options together."""
    return np.array(
        [sum(counted[name] for name in item_names(fact.scene)) for fact in facts], dtype=float
    )


def _by_country(allowed: np.ndarray, decided: np.ndarray, facts: tuple[Fact, ...]) -> dict:
    """Scenes of the cell's own country against others."""
    own = np.array([fact.own for fact in facts])
    rates = [rate_where(allowed, decided, where) for where in (own, ~own)]
    return {"own_rate": rates[0], "other_rate": rates[1], "own_gap": rates[0] - rates[1]}


def _by_person(allowed: np.ndarray, decided: np.ndarray, facts: tuple[Fact, ...]) -> dict:
    """By the relation of the two persons, and the spread over regions, ages and genders."""
    relations = np.array([fact.relation for fact in facts])
    related = {
        f"{name}_rate": rate_where(allowed, decided, relations == name)
        for name in ("same", "close", "far")
    }
    spreads = {
        f"{name}_spread": spread(rates_by(allowed, decided, [getattr(f, name) for f in facts]))
        for name in ("region", "age", "gender")
    }
    return related | spreads


def _beside_raters(allowed: np.ndarray, decided: np.ndarray, facts: tuple[Fact, ...]) -> dict:
    """Against what human raters decided, over the scenes that both decided."""
    raters = np.array([fact.raters or 0 for fact in facts], dtype=float)
    both = (raters > 0) & (decided > 0)
    raters, allowed, decided = raters[both], allowed[both], decided[both]
    wanted = np.array([fact.allowed or 0 for fact in facts], dtype=float)[both]
    bases = [fact.base for fact, counts in zip(facts, both, strict=True) if counts]
    model, human = allow_rate(allowed, decided), allow_rate(wanted, raters)
    match, n_majority = majority_match(model, human)
    return {
        "n_rated": int(both.sum()),
        "raters": float(np.median(raters)) if len(raters) else float("nan"),
        "human_rate": float(allow_rate(wanted.sum(), raters.sum())),
        "majority_match": match,
        "n_majority": n_majority,
        "mae_scenes": mae_scenes(model, human),
        "mae_countries": mae_groups(
            rates_by(allowed, decided, bases), rates_by(wanted, raters, bases)
        ),
        "signed_gap": signed_gap(model, human),
        "human_agreement": _average(agreement(human)),
        "model_agreement": _average(agreement(model)),
        "human_pairs": _average(pair_agreement(wanted, raters)),
        "model_pairs": _average(pair_agreement(allowed, decided)),
        "agreement_r": correlation(agreement(human), agreement(model)),
        "pairs_r": correlation(pair_agreement(wanted, raters), pair_agreement(allowed, decided)),
    }


def _average(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
