"""Which norm did it: what a topic's answers are with all of its norms, and with one left out.

An effect is the mean over the topic's items of the difference of their alignment, with the norm
minus without it, in points. Items flip by themselves: one norm of one country is given, not drawn.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from mores.scoring.flips import Tested, adjusted, by_item, test_gains
from mores.scoring.gains import Gain, gain
from mores.scoring.resample import Resampling, Sums, percentage
from mores.scoring.table import as_tsv

COLUMNS = (
    *("country", "model", "method", "topic", "norm", "text", "left_out", "n_items", "n_answered"),
    *("alignment_with", "alignment_without", "effect", "low", "high", "p_value", "p_adjusted"),
    *("detectable", "answers_with", "answers_without", "marks"),
)
FEW_ITEMS = "few_items"  # too few for an interval
SAME_ANSWERS = "same_answers"  # with the norm and without it


class LeavingOut(Resampling):
    """Which methods have a norm left out, and which norms those are."""

    left_out: dict[str, dict[int, str]]
    """By method, and by the norm's place in its topic (from 1), the method that does without."""
    norms: dict[str, dict[str, dict[str, int]]]
    """By method, model and country, which of the files of norms stood before the questions."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute it."""


@dataclass(frozen=True)
class Effect:
    """One norm: its cell with and without it, and the items of its topic in both."""

    cell: dict
    without: dict
    topic: str
    place: int
    text: str

    @property
    def items(self) -> list[str]:
        """The topic's items, answered or not."""
        pairs = zip(self.cell["items"], self.cell["topics"], strict=True)
        return [name for name, topic in pairs if topic == self.topic]

    def gain(self, items: list[str]) -> Gain | None:
        """The difference, by item; None where none is answered validly on both sides."""
        return gain(*(_closeness(one, self.items, items) for one in (self.cell, self.without)))


def score_norm_effects(spec: LeavingOut, cells: list[dict], norms: list[list[dict]]) -> str:
    """The table (TSV): a row for each norm of each country, model and method.

    `cells` are what `score_cell` wrote, `norms` the files of high-level norms that `spec` counts.
    P-values are adjusted for the norms of one country, model and method.
    """
    items = sorted({name for cell in cells for name in cell["items"]})
    effects = _effects(spec, cells, norms)
    gains = [effect.gain(items) for effect in effects]
    design = by_item(len(items), spec)
    families: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, (effect, one) in enumerate(zip(effects, gains, strict=True)):
        if one:
            families[_key(effect.cell)].append(index)
    told: dict[int, dict[str, Any]] = {}
    for family in families.values():
        own = [one for index in family if (one := gains[index])]
        tests = zip(test_gains(own, design, spec), adjusted(own, design), strict=True)
        told |= {index: _tested(*one) for index, one in zip(family, tests, strict=True)}
    rows = [_fields(effect) | told.get(at, {}) for at, effect in enumerate(effects)]
    return as_tsv([_marked(row) for row in rows], COLUMNS)


def _effects(spec: LeavingOut, cells: list[dict], norms: list[list[dict]]) -> list[Effect]:
    """A norm each, in the order of countries, models, methods and the files' topics."""
    by_key = {_key(cell): cell for cell in cells}
    found = []
    for country, model, method in sorted(key for key in by_key if key[2] in spec.left_out):
        high = norms[spec.norms[method][model][country]]
        for topic, place, text in (
            (row["topic"], place, text)
            for row in high
            for place, text in enumerate(row["norms"] or [], 1)
            if place in spec.left_out[method]
        ):
            cell, without = (
                by_key[country, model, name] for name in (method, spec.left_out[method][place])
            )
            found.append(Effect(cell, without, topic, place, text))
    return found


def _key(cell: dict) -> tuple[str, ...]:
    return cell["country"], cell["model"], cell["method"]


def _closeness(cell: dict, topic: list[str], items: list[str]) -> Sums:
    """The alignment of a topic's items, as far as they are answered, over all items."""
    near = dict(zip(cell["items"], cell["closeness"], strict=True))
    known = np.array([name in topic and near.get(name) is not None for name in items], dtype=float)
    amounts = [near[name] / 100 if counts else 0 for name, counts in zip(items, known, strict=True)]
    return Sums(np.array(amounts), known, percentage)


def _fields(effect: Effect) -> dict[str, Any]:
    """What was compared, and the answers to the items that are answered on both sides."""
    country, model, method = _key(effect.cell)
    sides = [_answers(one) for one in (effect.cell, effect.without)]
    both = [name for name in effect.items if all(name in side for side in sides)]
    fields: dict[str, Any] = {
        "country": country,
        "model": model,
        "method": method,
        "topic": effect.topic,
        "norm": effect.place,
        "text": " ".join(effect.text.split()),
        "left_out": effect.without["method"],
        "n_items": len(effect.items),
        "n_answered": len(both),
    }
    for name, side in zip(("with", "without"), sides, strict=True):
        near = [side[item][0] for item in both]
        fields[f"alignment_{name}"] = float(np.mean(near)) if near else None
        fields[f"answers_{name}"] = " | ".join(f"{item} {side[item][1]}" for item in both)
    return fields


def _answers(cell: dict) -> dict[str, tuple[float, str]]:
    """By item that has a valid answer its alignment, and the shares of its answers by code."""
    return {
        name: (near, " ".join(f"{code}:{part:.2f}" for code, part in shares.items() if part))
        for name, near, shares in zip(cell["items"], cell["closeness"], cell["shares"], strict=True)
        if near is not None
    }


def _tested(tested: Tested, p_adjusted: float) -> dict[str, Any]:
    return {
        "effect": tested.difference,
        "low": tested.low,
        "high": tested.high,
        "p_value": tested.p,
        "p_adjusted": p_adjusted,
        "detectable": tested.detectable,
    }


def _marked(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its marks; where no answer changed nothing varies that an interval is made of."""
    if row["n_answered"] and row["answers_with"] == row["answers_without"]:
        return row | {"low": None, "high": None, "detectable": None, "marks": SAME_ANSWERS}
    # Too few items: no pattern of their signs is rare enough for an interval.
    return row | {"marks": FEW_ITEMS if np.isnan(row.get("low", np.nan)) else ""}
