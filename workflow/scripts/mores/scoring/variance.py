"""How much of a score is luck: variance parted into split, mining, training and sampling.

A country's score under one draw is, with every part drawn anew within the one before it,

    score = country + split + mining + training + sampling

where sampling is that of the answers, which every sample of a run gives by itself. All countries
have the same number of draws, so that the analysis of variance gives unbiased estimates in closed
form (where none is below 0 they are REML's, as of statsmodels' MixedLM). A part drawn once cannot
be told apart: it is then in the part that it is drawn anew with, whose row says so.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mores.method.draws import SOURCES, Draw
from mores.scoring.table import as_tsv
from mores.spec import Section

SAMPLING = "sampling"
TOTAL = "total"
COLUMNS = (
    *("model", "method", "component", "sd", "sd_low", "sd_high", "share"),
    *("draws", "freedom", "countries", "includes", "note"),
)


class Varying(Section):
    """Which methods were drawn anew, and how sure intervals are."""

    sources: dict[str, tuple[str, ...]]
    """By method what is drawn in it besides its answers."""
    confidence: float
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute it."""


@dataclass(frozen=True)
class Component:
    """What one part of the draws adds to the variance of a score, in squared points."""

    variance: float
    """Unbiased, and therefore sometimes below 0."""
    low: float
    high: float
    """The interval after Williams and Tukey (Williams, Biometrika 49:278, 1962)."""
    freedom: int
    """Degrees of freedom, which are few."""


def score_variance(spec: Varying, cells: list[dict]) -> str:
    """The table (TSV): by model and method a row for each component, and their sum.

    `cells` are what `score_cell` wrote, of models under all draws (`mores.method.draws`).
    """
    found: dict[tuple[str, str], dict[str, dict[Draw, list[float]]]] = {}
    for cell in cells:
        model, draw = Draw.of(cell["model"])
        by_country = found.setdefault((model, cell["method"]), defaultdict(dict))
        by_country[cell["country"]][draw] = cell["by_sample"]
    rows = [
        {"model": model, "method": method} | row
        for (model, method), by_country in found.items()
        for row in _rows(by_country, spec.sources[method], spec.confidence)
    ]
    return as_tsv(rows, COLUMNS)


def _rows(
    by_country: dict[str, dict[Draw, list[float]]], drawn: tuple[str, ...], confidence: float
) -> list[dict[str, Any]]:
    """The rows of one method of one model."""
    scores = [_array(of) for of in by_country.values()]
    known = np.array([one for one in scores if not np.isnan(one).any()])
    names = (*SOURCES, SAMPLING)
    shape = dict(zip(names, scores[0].shape, strict=True))
    told = [name for name in names if shape[name] > 1]
    parts: dict[str, Component] = {}
    if len(known):
        levels = known.reshape(len(known), *(shape[name] for name in told))
        parts = dict(zip(told, components(levels, confidence, "split" in told), strict=True))
    of_score = {name: 1 / shape[SAMPLING] if name == SAMPLING else 1.0 for name in parts}
    total = sum(max(part.variance, 0) * of_score[name] for name, part in parts.items())
    common = {"countries": len(known)}
    rows = []
    for name in names:
        row: dict[str, Any] = {"component": name, "draws": shape[name]} | common
        if name in parts:
            row |= _fields(parts[name], of_score[name], total)
            below = [one for one in names[names.index(name) + 1 :] if one in (*drawn, SAMPLING)]
            row["includes"] = ", ".join(_until_told(below, told))
        row["note"] = _note(name, name in parts, name in (*drawn, SAMPLING), len(known))
        rows.append(row)
    left_out = len(scores) - len(known)
    note = f"{left_out} countries without a score in some draw left out" if left_out else ""
    return [*rows, {"component": TOTAL, "sd": np.sqrt(total), "note": note} | common]


def _array(of: dict[Draw, list[float]]) -> np.ndarray:
    """A country's scores by split, mining, training and sample."""
    shape = [1 + max(getattr(draw, name) for draw in of) for name in SOURCES]
    samples = max(len(one) for one in of.values())
    found = np.full((*shape, samples), np.nan)
    for draw, one in of.items():
        found[draw.split, draw.mining, draw.training, : len(one)] = one
    return found


def components(scores: np.ndarray, confidence: float, shared: bool = False) -> list[Component]:
    """The components of nested draws, from the outermost to the innermost.

    `scores` has an axis for countries, whose means are their own, and one for each level of draws.
    The outermost is drawn anew for each country, or `shared` by all of them, in which case its
    degrees of freedom are taken to be those of one country.
    """
    from scipy import stats

    squares, freedom, size = [], [], []
    for level in range(1, scores.ndim):
        means = scores.mean(axis=tuple(range(level + 1, scores.ndim)))
        size.append(scores.size // means.size)
        around = means - means.mean(axis=-1, keepdims=True)
        units = means.size - means.size // means.shape[-1]
        squares.append(size[-1] * (around**2).sum() / units)
        freedom.append(means.shape[-1] - 1 if shared and level == 1 else units)
    found = []
    tails = np.array([(1 + confidence) / 2, (1 - confidence) / 2])
    for level, (square, free, count) in enumerate(zip(squares, freedom, size, strict=True)):
        last = level + 1 == len(squares)
        below = 0.0 if last else squares[level + 1]
        ratios = np.zeros(2) if last else stats.f.ppf(tails, free, freedom[level + 1])
        ends = free * (square - ratios * below) / (count * stats.chi2.ppf(tails, free))
        low, high = np.maximum(ends, 0).tolist()
        found.append(Component(float(square - below) / count, low, high, free))
    return found


def _fields(part: Component, of_score: float, total: float) -> dict[str, Any]:
    """Of a component, as standard deviations of a score."""
    variance = max(part.variance, 0) * of_score
    return {
        "sd": float(np.sqrt(variance)),
        "sd_low": float(np.sqrt(part.low * of_score)),
        "sd_high": float(np.sqrt(part.high * of_score)),
        "share": 100 * variance / total if total > 0 else None,
        "freedom": part.freedom,
    }


def _until_told(below: Sequence[str], told: Sequence[str]) -> list[str]:
    """What is drawn anew with a part, and nowhere told apart from it."""
    found = []
    for name in below:
        if name in told:
            break
        found.append(name)
    return found


def _note(name: str, told: bool, drawn: bool, countries: int) -> str:
    """Why a component has no number."""
    if told:
        return ""
    if not drawn:
        return "nothing of it in this method"
    return "one draw: not told" if countries else "no country has a score in every draw"
