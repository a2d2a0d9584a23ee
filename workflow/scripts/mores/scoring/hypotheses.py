"""Claims stated beforehand, held against the contrasts.

A claim says that a difference is at least so large. It is supported where the whole interval is,
and the difference stands after adjustment for the rows beside it; contradicted where no part of the
interval is; undecided otherwise.
"""

import math
from typing import Literal

from mores.scoring.table import MEAN, as_tsv
from mores.spec import Section

COLUMNS = (
    *("hypothesis", "contrast", "country", "model", "direction", "least"),
    *("difference", "low", "high", "p_adjusted", "verdict", "marks", "entered", "stated"),
)


class Hypothesis(Section):
    """A contrast, which way it goes, and the least that would matter."""

    contrast: str
    """Its name in results/contrasts.tsv."""
    model: str | None = None
    """The model; null: each by itself."""
    country: str = MEAN
    """A country's code, or the mean over all."""
    direction: Literal["higher", "lower"] = "higher"
    """Whether the first method scores higher than the other, or lower."""
    least: float = 0.0
    """Points, from which the difference would matter."""


class Judging(Section):
    """The claims, by name, and how sure a verdict is."""

    hypotheses: dict[str, Hypothesis]
    confidence: float


def judge_hypotheses(spec: Judging, contrasts: str, stated: dict[str, list[dict]]) -> str:
    """The verdicts as TSV.

    `contrasts` is a table of contrasts; `stated` are, by name, the claim as it was entered in the
    study's record, each time that it was another: `entered` (date), `after_answers`.
    """
    header, *lines = contrasts.splitlines()
    rows = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    found = []
    for name, claim in spec.hypotheses.items():
        fields = {"hypothesis": name, **claim.model_dump(), **_told(stated.get(name, []))}
        meant = [row for row in rows if _is_meant(row, claim)]
        found += [fields | _judged(row, claim, spec.confidence) for row in meant]
        if not meant:
            found.append(fields | {"verdict": "undecided"})
    return as_tsv(found, COLUMNS)


def _is_meant(row: dict[str, str], claim: Hypothesis) -> bool:
    models = [row["model"]] if claim.model is None else [claim.model]
    return (row["contrast"], row["country"]) == (claim.contrast, claim.country) and (
        row["model"] in models
    )


def _told(stated: list[dict]) -> dict[str, str]:
    """When a claim was entered last, and whether before anything was answered."""
    if not stated:
        return {}
    last = stated[-1]
    changed = "changed" if len(stated) > 1 else "added"
    told = f"{changed} after answers" if last["after_answers"] else "before answers"
    return {"entered": last["entered"], "stated": told}


def _judged(row: dict[str, str], claim: Hypothesis, confidence: float) -> dict:
    numbers = {
        name: float(row[name] or math.nan) for name in ("difference", "low", "high", "p_adjusted")
    }
    turn = 1 if claim.direction == "higher" else -1
    ends = sorted((turn * numbers["low"], turn * numbers["high"]))
    verdict = "undecided"
    if ends[0] >= claim.least and numbers["p_adjusted"] <= 1 - confidence:
        verdict = "supported"
    elif ends[1] < claim.least or ends[1] <= 0:
        verdict = "contradicted"
    return {**numbers, "model": row["model"], "verdict": verdict, "marks": row["marks"]}
