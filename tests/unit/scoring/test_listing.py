import csv
import io

import pytest
from studies import LISTED, TOPICS

from mores.scoring.listing import Listing, Shown, list_items

SPLIT = "item\ttopic\tpart\nQ1\tcustoms\ttest\nQ2\tcustoms\ttest\nQ3\tstrangers\ttest\n"
HIGH = [
    {"topic": "customs", "norms": ["They feast.", "They sing."]},
    {"topic": "strangers", "norms": ["They greet."]},
]


def cell(method, closeness, shares=None):
    return {
        "country": "AAA",
        "model": "m",
        "method": method,
        "items": ["Q1", "Q2", "Q3"],
        "gold": [1, 2, 3],
        "gold_shares": [0.5, 0.75, 0.4],
        "shares": shares or [{"1": 1.0, "2": 0.0}, {"1": 0.25, "2": 0.75}, {"3": 1.0}],
        "closeness": closeness,
        "hits": [100.0, 75.0, 100.0],
    }


def lists(cells, **shown):
    methods = {
        one["method"]: Shown(**{"norms_per_topic": None, "control": None} | shown) for one in cells
    }
    spec = Listing(methods=methods, norms={"top1": {"m": {"AAA": 0}}}, packages={})
    made = list_items(spec, cells, SPLIT, [HIGH])
    return {
        name: [*csv.DictReader(io.StringIO(text), delimiter="\t")] for name, text in made.items()
    }


CELLS = [cell("vanilla", [50.0, 40.0, 90.0]), cell("top1", [100.0, 60.0, 80.0])]


def test_the_columns_are_those_that_the_report_and_the_reference_know():
    made = lists(CELLS)
    assert tuple(made["by_item"][0]) == LISTED
    assert tuple(made["by_topic"][0]) == TOPICS


def test_an_item_stands_with_gold_answers_the_baselines_and_the_norms_before_it():
    top1, vanilla = (
        {row["item"]: row for row in lists(CELLS)["by_item"] if row["method"] == method}
        for method in ("top1", "vanilla")
    )
    assert list(top1) == ["Q1", "Q2", "Q3"]
    row = top1["Q2"]
    assert (row["country"], row["model"], row["topic"]) == ("AAA", "m", "customs")
    assert (row["gold"], float(row["gold_share"])) == ("2", 0.75)
    assert (row["answers"], row["baseline_answers"]) == ("1:0.25 2:0.75", "1:0.25 2:0.75")
    assert (float(row["item_alignment"]), float(row["baseline_item_alignment"])) == (60, 40)
    assert (row["norms"], top1["Q3"]["norms"]) == ("They feast. | They sing.", "They greet.")
    assert vanilla["Q2"]["norms"] == ""


def test_a_topic_has_its_gain_over_the_baseline():
    rows = {(row["method"], row["topic"]): row for row in lists(CELLS)["by_topic"]}
    assert float(rows["top1", "customs"]["gain"]) == pytest.approx((50 + 20) / 2)
    assert float(rows["top1", "strangers"]["gain"]) == -10
    assert rows["top1", "customs"]["n_items"] == "2"
    assert rows["vanilla", "customs"]["gain"] == ""


def test_items_without_a_valid_answer_on_either_side_are_out_of_the_gain():
    cells = [cell("vanilla", [None, 40.0, 90.0]), cell("top1", [100.0, 60.0, None])]
    rows = {(row["method"], row["topic"]): row for row in lists(cells)["by_topic"]}
    assert float(rows["top1", "customs"]["gain"]) == 20
    assert float(rows["top1", "customs"]["item_alignment"]) == 80
    assert (rows["top1", "strangers"]["gain"], rows["top1", "strangers"]["item_alignment"]) == (
        "",
        "",
    )


@pytest.mark.parametrize(
    ("shown", "norms"),
    [
        ({"norms_per_topic": 1}, {"customs": "They feast.", "strangers": "They greet."}),
        (
            {"control": "shuffled"},
            {"customs": "They greet.", "strangers": "They feast. | They sing."},
        ),
        ({"control": "neutral"}, {"customs": "(neutral text)", "strangers": "(neutral text)"}),
    ],
)
def test_norms_stand_as_the_method_put_them(shown, norms):
    rows = lists(CELLS, **shown)["by_topic"]
    assert {row["topic"]: row["norms"] for row in rows if row["method"] == "top1"} == norms


def test_the_lists_are_in_order_and_without_a_baseline_have_no_gain():
    rows = lists([CELLS[1]])
    assert {row["gain"] for row in rows["by_topic"]} == {""}
    both = lists(CELLS[::-1])["by_item"]
    assert [row["method"] for row in both] == ["top1"] * 3 + ["vanilla"] * 3
