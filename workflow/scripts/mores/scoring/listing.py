"""Which topic, which norm, which answers changed: the survey's cells item by item and by topic."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mores.method.answers import Control, choose_norms, control_norms
from mores.scoring.table import BASELINE
from mores.spec import Section
from mores.survey.split import read_topics


class Shown(Section):
    """What a method puts before its questions."""

    norms_per_topic: int | None
    without: int | None = None
    control: Control | None


class Listing(Section):
    """What the lists are made with."""

    methods: dict[str, Shown]
    norms: dict[str, dict[str, dict[str, int]]]
    """By method, model and country, which of the files of norms stood before the questions."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute them."""


def list_items(
    spec: Listing, cells: list[dict], split: str, norms: list[list[dict]] | None = None
) -> dict[str, str]:
    """`by_item` and `by_topic`, two tables (TSV): a row for each item, or topic, of each cell.

    `cells` are what `score_cell` wrote, `norms` the files of high-level norms that `spec` counts.
    """
    topics = read_topics(split)
    told = [_told(cell, spec, norms or [], topics) for cell in cells]
    baselines = {(one.model, one.country): one.items for one in told if one.method == BASELINE}
    told.sort(key=lambda one: (one.country, one.model, one.method))
    pairs = [(one, baselines.get((one.model, one.country), {})) for one in told]
    return {
        "by_item": _tsv([row for one, before in pairs for row in one.item_rows(before)]),
        "by_topic": _tsv([row for one, before in pairs for row in one.topic_rows(before)]),
    }


@dataclass(frozen=True)
class Told:
    """A cell's items, and by topic the norms that stood before them."""

    country: str
    model: str
    method: str
    items: dict[str, dict[str, Any]]
    norms: dict[str, str]

    @property
    def _named(self) -> dict[str, str]:
        return {"country": self.country, "model": self.model, "method": self.method}

    def item_rows(self, before: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """A row an item; `before` are the baseline's."""
        for name, item in self.items.items():
            known = before.get(name, {})
            yield {
                **self._named,
                **item,
                "baseline_answers": known.get("answers"),
                "baseline_item_alignment": known.get("item_alignment"),
                "norms": self.norms.get(item["topic"], ""),
            }

    def topic_rows(self, before: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """A row a topic: means over its items that have a valid answer, here and in both."""
        for topic in dict.fromkeys(item["topic"] for item in self.items.values()):
            mine = {name: one for name, one in self.items.items() if one["topic"] == topic}
            near = {name: one["item_alignment"] for name, one in mine.items()}
            gains = [
                value - before[name]["item_alignment"]
                for name, value in near.items()
                if value is not None and before.get(name, {}).get("item_alignment") is not None
            ]
            yield {
                **self._named,
                "topic": topic,
                "n_items": len(mine),
                "item_alignment": _mean([value for value in near.values() if value is not None]),
                "top_match": _mean(
                    [hit for one in mine.values() if (hit := one["top_match"]) is not None]
                ),
                "gain": None if self.method == BASELINE else _mean(gains),
                "norms": self.norms.get(topic, ""),
            }


def _told(cell: dict, spec: Listing, norms: list[list[dict]], topics: dict[str, str]) -> Told:
    """A cell with its norms, as its method put them."""
    items = {
        name: {
            "item": name,
            "topic": topics[name],
            "gold": gold,
            "gold_share": share,
            "answers": " ".join(f"{code}:{part:.2f}" for code, part in answers.items() if part),
            "item_alignment": near,
            "top_match": hits,
        }
        for name, gold, share, answers, near, hits in zip(
            *(cell[key] for key in ("items", "gold", "gold_shares", "shares", "closeness", "hits")),
            strict=True,
        )
    }
    country, model, method = (cell[key] for key in ("country", "model", "method"))
    which = spec.norms.get(method, {}).get(model, {}).get(country)
    by_topic = {} if which is None else _given(norms[which], spec.methods[method])
    return Told(country, model, method, items, by_topic)


def _given(high: list[dict], shown: Shown) -> dict[str, str]:
    """By topic the norms that stood before its questions, in one line."""
    if shown.control == "neutral":
        return {row["topic"]: "(neutral text)" for row in high}
    found = control_norms({row["topic"]: row["norms"] or [] for row in high}, shown.control, [])
    return {
        topic: " | ".join(choose_norms(norms, shown.norms_per_topic, shown.without))
        for topic, norms in found.items()
    }


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _tsv(rows: list[dict[str, Any]]) -> str:
    import polars as pl

    return pl.DataFrame(rows, infer_schema_length=None).write_csv(separator="\t", float_precision=4)
