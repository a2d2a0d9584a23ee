"""Effects of single norms against scipy, and against answers that were made to follow a norm."""

import csv
import io

import numpy as np
import pytest
from scipy import stats

from mores.scoring.norm_effects import LeavingOut, score_norm_effects

ITEMS = [f"Q{number:02}" for number in range(1, 17)]
TOPICS = ["customs"] * 10 + ["strangers"] * 6
HIGH = [
    {"topic": "customs", "norms": ["They\tfeast.", "They sing.", "They rest."]},
    {"topic": "strangers", "norms": ["They greet."]},
    {"topic": "work", "norms": None},
]
LEFT_OUT = {"top1": {1: "top1+without_1", 2: "top1+without_2"}}
RNG = np.random.default_rng(5)


def cell(method, closeness, country="AAA", topics=TOPICS):
    known = [None if near is None else float(near) for near in closeness]
    return {
        "country": country,
        "model": "m",
        "method": method,
        "items": ITEMS[: len(known)],
        "topics": topics,
        "closeness": known,
        "shares": [{} if near is None else {"1": near / 100, "2": 0.0} for near in known],
    }


def table(*cells, norms=(HIGH,), confidence=0.95):
    spec = LeavingOut(
        left_out=LEFT_OUT,
        norms={"top1": {"m": {"AAA": 0, "BBB": len(norms) - 1}}},
        packages={},
        permutations=70_000,  # all patterns of 16 items, and more than those of a topic
        confidence=confidence,
    )
    rows = csv.DictReader(io.StringIO(score_norm_effects(spec, [*cells], [*norms])), delimiter="\t")
    return {(row["country"], row["topic"], row["norm"]): row for row in rows}


WITH = RNG.integers(0, 5, 16) * 25.0
FIRST, SECOND = (RNG.integers(0, 5, 16) * 25.0 for _ in range(2))
CELLS = [cell("top1", WITH), cell("top1+without_1", FIRST), cell("top1+without_2", SECOND)]


def test_a_row_for_each_norm_that_was_left_out_with_its_wording():
    rows = table(*CELLS)
    assert [*rows] == [
        ("AAA", "customs", "1"),
        ("AAA", "customs", "2"),
        ("AAA", "strangers", "1"),
    ]
    row = rows["AAA", "customs", "1"]
    assert (row["text"], row["left_out"], row["method"]) == (
        "They feast.",
        "top1+without_1",
        "top1",
    )
    assert rows["AAA", "strangers", "1"]["left_out"] == "top1+without_1"


def test_the_effect_and_its_p_are_those_of_the_topic_s_items_alone():
    row = table(*CELLS)["AAA", "customs", "2"]
    differences = (WITH - SECOND)[:10]
    assert float(row["effect"]) == pytest.approx(differences.mean(), abs=1e-4)
    assert float(row["alignment_with"]) == pytest.approx(WITH[:10].mean(), abs=1e-4)
    assert float(row["alignment_without"]) == pytest.approx(SECOND[:10].mean(), abs=1e-4)
    exact = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert float(row["p_value"]) == pytest.approx(exact.pvalue, abs=1e-4)
    assert float(row["low"]) < differences.mean() < float(row["high"])
    assert float(row["p_adjusted"]) >= float(row["p_value"])


def test_only_the_norm_that_answers_follow_has_an_effect():
    """Answers come near by the first norm on customs, and by nothing else."""
    near, far = np.full(16, 75.0), np.full(16, 75.0)
    far[:10] = 25 + 25 * (np.arange(10) % 2)
    rows = table(cell("top1", near), cell("top1+without_1", far), cell("top1+without_2", near))
    first = rows["AAA", "customs", "1"]
    assert float(first["effect"]) == 37.5
    assert float(first["low"]) > 0 and float(first["p_adjusted"]) < 0.01
    for other in (("customs", "2"), ("strangers", "1")):
        row = rows["AAA", *other]
        assert (float(row["effect"]), float(row["p_value"])) == (0, 1)
        assert (row["low"], row["detectable"], row["marks"]) == ("", "", "same_answers")


def test_what_is_not_answered_on_both_sides_does_not_count():
    partly = [None, *WITH[1:]]
    rows = table(
        cell("top1", partly), cell("top1+without_1", [*FIRST[:1], None, *FIRST[2:]]), CELLS[2]
    )
    row = rows["AAA", "customs", "1"]
    assert (row["n_items"], row["n_answered"]) == ("10", "8")
    assert float(row["effect"]) == pytest.approx((WITH - FIRST)[2:10].mean(), abs=1e-4)
    assert row["answers_with"].startswith(f"Q03 1:{WITH[2] / 100:.2f}" if WITH[2] else "Q03 ")
    assert len(row["answers_without"].split(" | ")) == 8


def test_too_few_items_are_marked_and_have_no_interval():
    five = [*WITH[:10], *WITH[10:15], None]
    rows = table(cell("top1", five), *CELLS[1:])
    few = rows["AAA", "strangers", "1"]
    assert (few["n_answered"], few["low"], few["marks"]) == ("5", "", "few_items")
    assert few["effect"] != ""
    assert table(*CELLS)["AAA", "strangers", "1"]["marks"] == ""
    assert table(*CELLS, confidence=0.99)["AAA", "strangers", "1"]["marks"] == "few_items"


def test_a_topic_without_any_valid_answer_has_its_row_and_no_number():
    rows = table(cell("top1", [*WITH[:10], *[None] * 6]), *CELLS[1:])
    none = rows["AAA", "strangers", "1"]
    assert (none["n_answered"], none["effect"], none["marks"]) == ("0", "", "few_items")
    assert none["answers_with"] == ""


def test_countries_are_adjusted_each_by_itself_and_have_norms_of_their_own():
    other = [{"topic": "customs", "norms": ["Others."]}]
    lone, both = (
        table(*CELLS),
        table(*CELLS, *(one | {"country": "BBB"} for one in CELLS), norms=(HIGH, other)),
    )
    assert {key: row for key, row in both.items() if key[0] == "AAA"} == lone
    assert both["BBB", "customs", "1"]["text"] == "Others."
    only = both["BBB", "customs", "1"]
    assert only["p_adjusted"] == only["p_value"]
