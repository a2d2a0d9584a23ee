"""Examples: what an adapter learns from, in rows that a human can read."""

import logging
from collections import Counter
from typing import Any, Literal

from pydantic import Field

from mores.method.objectives.common import module_name, module_of
from mores.method.stage import Worded, Wording

log = logging.getLogger("mores.method.examples")

Chosen = Literal["distilled", "tuned"]


class Collecting(Worded):
    """What examples are made with."""

    objective: str
    keys: dict[str, Any]
    """Keys of the tuning that shape its examples."""
    right_per_item: int | None = Field(None, exclude_if=lambda count: count is None)
    """At most so many right traces of an item."""
    chosen: Chosen = Field("distilled", exclude_if=lambda chosen: chosen == "distilled")
    """Whether right traces are those sampled with the norm, or what the tuned model says."""

    @property
    def by_name(self) -> str:
        """The objective's module, which is part of the step."""
        return module_name(self.objective)


def collect_examples(
    spec: Collecting,
    wording: Wording,
    train: list[dict] | None = None,
    traces: list[dict] | None = None,
    rejected: list[dict] | None = None,
) -> list[dict[str, Any]]:
    """What an adapter learns from, in rows that a human can read.

    Of an item's right traces the first so many count; their seeds are as good as any others.
    """
    if traces is not None and rejected is not None and spec.chosen == "tuned":
        own = _right_ones(rejected)
        absent = {row["item"] for row in _right_ones(traces)} - {row["item"] for row in own}
        code, names = wording.country.code, ", ".join(sorted(absent)) or "none"
        log.info("%s: %d item(s) have no right trace of their own: %s", code, len(absent), names)
        traces = own + [row for row in traces if row["verdict"] != "right"]
    if traces is not None and spec.right_per_item is not None:
        traces = _few_right(traces, spec.right_per_item)
    given = {"train": train, "traces": traces, "rejected": rejected}
    sources = {name: rows for name, rows in given.items() if rows is not None}
    return module_of(spec.objective).examples(wording, **sources)


def _right_ones(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["verdict"] == "right"]


def _few_right(rows: list[dict], most: int) -> list[dict]:
    """All rows but the right ones of an item beyond so many."""
    counts: Counter[str] = Counter()
    kept = []
    for row in rows:
        counts[row["item"]] += row["verdict"] == "right"
        if row["verdict"] != "right" or counts[row["item"]] <= most:
            kept.append(row)
    return kept
