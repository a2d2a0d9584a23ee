"""Traces: reasoning sampled on training items and sorted by the answer it ends in.

CNCA (Wang, Zhu and Sang, arXiv 2511.13359) distils a model's own reasoning: with the item's
low-level norm in context it reasons its way to an answer, and what ends in the country's most
frequent answer is right.
"""

import logging
from collections import Counter
from typing import Any

from mores.method.models import Sampling
from mores.method.replies import read_answer
from mores.method.requests import Completion, Request
from mores.method.stage import Asked, Stage

log = logging.getLogger("mores.method.traces")


class Tracing(Asked):
    """What traces are sampled with."""

    samples: int
    """Traces drawn per training item."""
    second_round: float | None = None
    """Temperature at which items without a right trace are tried again."""
    sampling: Sampling


def sample_traces(spec: Tracing, stage: Stage, low: list[dict]) -> list[dict[str, Any]]:
    """`samples` rows for each training item with a norm; one row with a reason for any other.

    `low` are the country's low-level norms. A row's `verdict` is `right`, `wrong`, `duplicate` (of
    an earlier text for the item), or why the trace names no option (`cut`, `refused`, ...); an
    item without a norm has the verdict `no_norm`. Items with no right trace are tried again at the
    temperature `second_round`, if there is one, and told in a warning if that does not help.
    """
    able = [row for row in low if row["norm"] is not None]
    rows = _round(stage, able, spec, 1, spec.sampling)
    if spec.second_round is not None:
        lacking = [row for row in able if row["item"] in _without_right(able, rows)]
        hotter = spec.sampling.model_copy(update={"temperature": spec.second_round})
        rows += _round(stage, lacking, spec, 2, hotter)
    rows += [_without_norm(row) for row in low if row["norm"] is None]
    order = {row["item"]: place for place, row in enumerate(low)}
    rows.sort(key=lambda row: (order[row["item"]], row["round"], row["sample"]))
    judge_duplicates(rows)
    report(stage, low, rows, "traces")
    return rows


def sample_rejected(spec: Tracing, stage: Stage, train: list[dict]) -> list[dict[str, Any]]:
    """`samples` rows for each answered training item: what the tuned model says without norms."""
    asked = [
        row | {"norm": None, "survey_answer": row["top"]} for row in train if row["top"] is not None
    ]
    rows = _round(stage, asked, spec, 1, spec.sampling)
    judge_duplicates(rows)
    counts = Counter(row["verdict"] for row in rows)
    log.info("%s: of the tuned model's own traces %s", stage.country.code, told(counts))
    return rows


def _round(
    stage: Stage, asked: list[dict], spec: Tracing, number: int, sampling: Sampling
) -> list[dict[str, Any]]:
    """One round of sampling: every row's item, its norm in context where it has one."""
    wanted = [(row, sample) for row in asked for sample in range(spec.samples)]
    requests = [
        Request(
            stage.question(stage.item(row["item"]), [row["norm"]] if row["norm"] else []),
            sampling.of(stage.country.code, row["item"], number, sample),
        )
        for row, sample in wanted
    ]
    completions = stage.ask(requests, f"traces {stage.country.code}") if requests else []
    return [
        {
            "item": row["item"],
            "topic": row["topic"],
            "round": number,
            "sample": sample,
            "survey_answer": row["survey_answer"],
            "norm": row["norm"],
        }
        | judge(stage, completion, row)
        | stage.provenance(request, completion)
        for (row, sample), request, completion in zip(wanted, requests, completions, strict=True)
    ]


def judge(stage: Stage, completion: Completion, row: dict) -> dict[str, Any]:
    """A trace of a row's item read as an answer, and its verdict."""
    read = read_answer(completion, stage.item(row["item"]), stage.left_open(completion))
    if read["invalid"]:
        return {"verdict": read["invalid"]} | read
    return {"verdict": "right" if read["choice"] == row["survey_answer"] else "wrong"} | read


def judge_duplicates(rows: list[dict]) -> None:
    """Set the verdict `duplicate` where an item's trace has the text of an earlier one."""
    seen = set()
    for row in rows:
        text = (row["item"], (row.get("text") or "").strip())
        if row["verdict"] in ("right", "wrong"):
            row["verdict"] = "duplicate" if text in seen else row["verdict"]
            seen.add(text)


def _without_norm(row: dict) -> dict[str, Any]:
    known = {name: row[name] for name in ("item", "topic", "survey_answer", "norm")}
    return known | {"round": 0, "sample": 0, "verdict": "no_norm", "reason": row["reason"]}


def _without_right(asked: list[dict], rows: list[dict]) -> set[str]:
    """The items that have no right trace yet."""
    right = {row["item"] for row in rows if row["verdict"] == "right"}
    return {row["item"] for row in asked} - right


def report(stage: Stage, low: list[dict], rows: list[dict], what: str) -> None:
    """Count verdicts; name the items that nothing can be learnt from."""
    code, counts = stage.country.code, Counter(row["verdict"] for row in rows)
    log.info("%s: of the %s %s", code, what, told(counts))
    lacking = _without_right(low, rows)
    if lacking:
        names = ", ".join(row["item"] for row in low if row["item"] in lacking)
        log.warning("%s: no right trace for %d item(s): %s", code, len(lacking), names)


def told(counts: Counter) -> str:
    """Counts in words, the largest first."""
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"
