"""What people said of norms, norm by norm, where a review was scored."""

from collections import Counter, defaultdict
from typing import Any

from mores.report.headline import read_rows
from mores.scoring.review.sheet import MINED


def judged(key: str, labels: str) -> list[dict[str, Any]]:
    """For each mined norm that somebody judged how often each label was given, by question.

    `key` and `labels` are the tables of the review (TSV); a norm is told by country, topic, text.
    """
    said: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row in read_rows(labels):
        said[row["id"]][row["question"]][row["label"]] += 1
    found = {
        (row["country"], row["topic"], row["norm"]): row["id"]
        for row in read_rows(key)
        if row["source"] == MINED and row["id"] in said
    }
    return [
        {"country": country, "topic": topic, "text": norm, "labels": said[name]}
        for (country, topic, norm), name in found.items()
    ]
