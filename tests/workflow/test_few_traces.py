"""At most so many right traces of an item: a player's, who says each in words of its own."""

from collections import Counter

import pytest

from mores.rows import read_jsonl

pytestmark = pytest.mark.long

TARGETS = "results/survey/split.tsv"  # what the study is run for here; the rest is the test's
EXAMPLES = "results/examples/cnca_sft/demo/XAV/XAV.jsonl"


def test_an_adapter_learns_from_no_more_right_traces_of_an_item_than_are_asked_for(project):
    project.write_study({"traces": {"samples": 8, "right_per_item": 2, "second_round": None}})
    project.run("--config", "countries=XAV", target=EXAMPLES)
    right = [
        row for row in read_jsonl("results/traces/demo/XAV.jsonl") if row["verdict"] == "right"
    ]
    counts = Counter(row["item"] for row in right)
    assert max(counts.values()) > 2
    learnt = read_jsonl(EXAMPLES)
    kept = {item: min(count, 2) for item, count in counts.items()}
    assert Counter(row["item"] for row in learnt) == kept
    first = [row["text"] for row in right if row["sample"] == 0]
    assert {*first} <= {row["completion"] for row in learnt}
