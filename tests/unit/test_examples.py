from pathlib import Path

import pytest

from mores.examples import answer_examples, preference_pairs, trace_examples
from mores.items import load_bank
from mores.prompts import Country, Prompts
from mores.stage import Wording

ROOT = Path(__file__).parents[2]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
WORDING = Wording(BANK, Prompts(ROOT / "resources/prompts"), Country("XAV", "Avethia", "Avethian"))


def trace(item, verdict, text, norm="People here agree."):
    row = {"item": item, "verdict": verdict, "text": text, "request": f"key of {text}"}
    return row | {"norm": norm}


def no_norm(item):
    """The row of an item that was not asked: it has no text."""
    return {"item": item, "verdict": "no_norm", "norm": None, "reason": "malformed"}


def pairs_of(traces, rejected):
    return [
        (row["item"], row["chosen"], row["rejected"], row["rejected_from"])
        for row in preference_pairs(WORDING, traces, rejected)
    ]


def test_an_answered_item_teaches_its_most_frequent_answer():
    train = [{"item": "CU01", "top": 2}, {"item": "CU02", "top": None}]
    (row,) = answer_examples(WORDING, train)
    assert (row["country"], row["item"], row["answer"]) == ("XAV", "CU01", "2")


def test_an_example_asks_as_a_method_without_norms_does():
    (row,) = answer_examples(WORDING, [{"item": "CU01", "top": 2}])
    (turn,) = WORDING.question(BANK.items["CU01"])
    assert row["prompt"] == turn["content"]
    assert "Avethia" in row["prompt"] and BANK.items["CU01"].wording in row["prompt"]


def test_a_trace_is_taught_without_the_norm_it_was_sampled_with():
    (row,) = trace_examples(WORDING, [trace("CU01", "right", "so\n</think>\n\n2")])
    assert row["completion"] == "so\n</think>\n\n2"
    assert row["request"] == "key of so\n</think>\n\n2"
    assert "People here agree." not in row["prompt"] and "Norms" not in row["prompt"]
    assert row["prompt"] == answer_examples(WORDING, [{"item": "CU01", "top": 2}])[0]["prompt"]


@pytest.mark.parametrize("verdict", ["wrong", "duplicate", "cut", "refused", "ambiguous"])
def test_only_right_traces_are_taught(verdict):
    rows = trace_examples(
        WORDING, [trace("CU01", verdict, "a"), trace("CU01", "right", "b"), no_norm("CU02")]
    )
    assert [row["completion"] for row in rows] == ["b"]


def test_a_right_trace_is_set_against_the_tuned_models_own_wrong_one():
    traces = [trace("CU01", "right", "yes"), trace("CU01", "wrong", "norm no")]
    assert pairs_of(traces, [trace("CU01", "wrong", "own no")]) == [
        ("CU01", "yes", "own no", "tuned")
    ]


def test_an_item_the_tuned_model_gets_right_falls_back_on_distilled_wrong_traces():
    traces = [trace("CU01", "right", "yes"), trace("CU01", "wrong", "norm no")]
    assert pairs_of(traces, [trace("CU01", "right", "own yes")]) == [
        ("CU01", "yes", "norm no", "distilled")
    ]


def test_an_item_without_a_wrong_trace_has_no_pair():
    traces = [trace("CU01", "right", "yes"), trace("CU01", "cut", "half"), no_norm("CU02")]
    assert pairs_of(traces, [trace("CU01", "refused", "no")]) == []


def test_an_item_without_a_right_trace_has_no_pair():
    assert pairs_of([trace("CU01", "wrong", "no")], [trace("CU01", "wrong", "own no")]) == []


def test_duplicates_make_no_pairs():
    traces = [trace("CU01", "right", "yes"), trace("CU01", "duplicate", "yes")]
    rejected = [trace("CU01", "wrong", "no"), trace("CU01", "duplicate", "no")]
    assert pairs_of(traces, rejected) == [("CU01", "yes", "no", "tuned")]


def test_every_right_trace_gets_a_pair_and_wrong_ones_serve_in_turn():
    traces = [trace("CU01", "right", text) for text in ("a", "b", "c")]
    rejected = [trace("CU01", "wrong", text) for text in ("x", "y")]
    assert pairs_of(traces, rejected) == [
        ("CU01", "a", "x", "tuned"),
        ("CU01", "b", "y", "tuned"),
        ("CU01", "c", "x", "tuned"),
    ]


def test_wrong_traces_of_another_item_are_not_borrowed():
    traces = [trace("CU01", "right", "yes"), trace("CU02", "wrong", "other")]
    assert pairs_of(traces, [trace("CU02", "wrong", "own other")]) == []


def test_the_prompt_of_a_pair_holds_no_norm():
    traces, rejected = [trace("CU01", "right", "yes")], [trace("CU01", "wrong", "no", None)]
    (row,) = preference_pairs(WORDING, traces, rejected)
    assert "Norms" not in row["prompt"] and row["country"] == "XAV"


def test_fall_backs_and_items_without_a_pair_are_counted_in_the_log(caplog):
    caplog.set_level("INFO")
    traces = [
        trace("CU01", "right", "a"),
        trace("CU01", "right", "b"),
        trace("CU02", "right", "c"),
        trace("CU02", "wrong", "d"),
        trace("ST01", "right", "e"),
    ]
    preference_pairs(WORDING, traces, [trace("CU01", "wrong", "f")])
    assert [record.getMessage() for record in caplog.records] == [
        "XAV: 3 pairs of 2 items",
        "XAV: 1 item(s) fall back on distilled traces: CU02",
        "XAV: 1 item(s) have no wrong trace and no pair: ST01",
    ]
