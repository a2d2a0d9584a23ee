import json
from pathlib import Path

import pytest

from mores.job import How, spell

CELLS = [
    f"results/cells/values/a_method_of_quite_a_very_long_name_{method:02}/some-model-{model}/{country:03}.json"
    for method in range(20)
    for model in range(5)
    for country in range(18)
]


def test_many_paths_are_told_in_few_words_and_read_back():
    assert len(CELLS) == 1800
    assert len(json.dumps(CELLS)) > 1 << 17  # what the kernel takes as one argument
    how = How(inputs={"cells": spell(CELLS), "split": "results/split.tsv"}, outputs={})
    told = how.model_dump_json()
    assert len(told.encode()) < 1 << 12
    again = How.model_validate_json(told)
    assert again.paths("cells") == CELLS
    assert again.read == [*CELLS, "results/split.tsv"]


@pytest.mark.parametrize(
    "paths",
    [
        [],
        ["results/a.json"],
        CELLS[:8],
        CELLS[:-1],
        [*CELLS[:17], "results/other"],
        [*CELLS[:18], CELLS[0]],
        [f"results/{number}/{number}" for number in range(100)],
        [f"results/{n}" for n in range(9)] + [f"results/{n}/below" for n in range(9)],
    ],
    ids=["none", "one", "few", "one less", "another", "one twice", "pairs", "depths"],
)
def test_paths_that_are_few_or_no_product_stay_a_list(paths):
    assert spell(paths) == paths
    assert How(inputs={"a": spell(paths)}, outputs={}).paths("a") == paths


def test_paths_in_another_order_are_all_there():
    given = sorted(CELLS, key=lambda path: path.split("/")[::-1])
    found = How(inputs={"cells": spell(given)}, outputs={}).paths("cells")
    assert sorted(found) == sorted(given)


def test_one_path_stays_one():
    assert spell("results/a.json") == "results/a.json"
    assert spell(Path("results/a.json").parts) == ["results", "a.json"]
    assert How(inputs={"a": "results/a.json"}, outputs={}).paths("a") == ["results/a.json"]
    assert How(inputs={}, outputs={}).paths("absent") == []
