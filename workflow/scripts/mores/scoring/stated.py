"""Norms in the thinking: how many texts state the country's norms, against other countries'.

A model that knows a country, or an adapter that has learnt its norms, states them unasked and more
often than those of others; one that only talks about norms states all alike.
"""

import math
from typing import Any, Literal

from mores.method.statements import Norms
from mores.scoring.table import MEAN, as_tsv
from mores.spec import Section
from mores.survey.split import read_topics

COLUMNS = (
    *("country", "model", "method", "norms_in_prompt"),
    *("n_texts", "states_own", "states_other", "difference"),
)
InPrompt = Literal["own", "others", "control", "none"]


class Finding(Section):
    """Whose texts are looked through."""

    model: str
    method: str
    norms_in_prompt: InPrompt
    countries: tuple[str, ...]
    """In the order of the files of answers, and of norms."""


def find_norms(
    spec: Finding, split: str, answers: list[list[dict]], norms: list[list[dict]]
) -> list[dict[str, Any]]:
    """A row for each country: the share of its thinking texts that state a norm of its topic.

    `states_own` counts norms of the country, `states_other` is the mean over the other countries
    of the share that states a norm of theirs; both NaN where nothing was thought. A norm that two
    countries share counts for both.
    """
    topics = read_topics(split)
    by_topic = {
        country: {row["topic"]: set(row["norms"] or ()) for row in rows}
        for country, rows in zip(spec.countries, norms, strict=True)
    }
    places = {
        topic: Norms(set().union(*(of.get(topic, set()) for of in by_topic.values())))
        for topic in {*topics.values()}
    }
    rows = []
    for country, answered in zip(spec.countries, answers, strict=True):
        counts, thought = dict.fromkeys(spec.countries, 0), 0
        for row in answered:
            thought += bool(row["thinking"])
            topic = topics[row["item"]]
            said = places[topic].stated_in(row["thinking"])
            for whose, of in by_topic.items():
                counts[whose] += bool(said & of.get(topic, set()))
        rows.append(_row(spec, country, counts, thought))
    return rows


def _row(spec: Finding, country: str, counts: dict[str, int], thought: int) -> dict[str, Any]:
    others = [counts[whose] for whose in counts if whose != country]
    own, other = math.nan, math.nan
    if thought:
        own = counts[country] / thought
        other = sum(others) / len(others) / thought if others else math.nan
    return {
        "country": country,
        "model": spec.model,
        "method": spec.method,
        "norms_in_prompt": spec.norms_in_prompt,
        "n_texts": thought,
        "states_own": own,
        "states_other": other,
        "difference": own - other,
    }


class StatedListing(Section):
    """The methods whose texts stand in the table."""

    methods: tuple[str, ...]


def list_stated(spec: StatedListing, found: list[list[dict]]) -> str:
    """The table (TSV): each method's countries, and their mean where every country has texts."""
    rows = []
    for of_method in found:
        mean = {"country": MEAN, "n_texts": sum(row["n_texts"] for row in of_method)}
        for name in ("states_own", "states_other", "difference"):
            mean[name] = sum(row[name] for row in of_method) / len(of_method)
        rows += [*of_method, of_method[0] | mean]
    order = {method: place for place, method in enumerate(spec.methods)}
    rows.sort(key=lambda row: (row["country"], row["model"], order[row["method"]]))
    return as_tsv(rows, COLUMNS)
