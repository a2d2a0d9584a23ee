import math

import pytest

from mores.scoring.consistency import compare_variants, consistency


def cell(method, chosen, country="XAV", of="vanilla"):
    told = {"model": "m", "method": method, "country": country}
    return told | {"variant_of": of, "chosen": chosen}


def row(method, country, score):
    return {"model": "m", "method": method, "country": country, "alignment": score}


def test_answers_are_held_against_each_other_where_both_are_valid():
    assert consistency({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 3, "d": 4}) == 50
    assert math.isnan(consistency({"a": 1}, {"b": 1}))


def test_variants_are_held_against_the_method_that_puts_questions_plainly():
    cells = [
        cell("vanilla", {"a": 1, "b": 2}, of=None),
        cell("turned", {"a": 1, "b": 1}),
        cell("letters", {"a": 1, "b": 2}),
        cell("vanilla", {"a": 1, "b": 2}, "XLE", of=None),
        cell("turned", {"a": 2, "b": 1}, "XLE"),
        cell("letters", {"a": 1, "b": 2}, "XLE"),
        cell("top1", {"a": 1}, of=None),
        cell("alone", {"a": 1}, of="absent"),
    ]
    scores = {
        ("vanilla", "XAV"): 60, ("turned", "XAV"): 50, ("letters", "XAV"): 61,
        ("vanilla", "XLE"): 70, ("turned", "XLE"): 72, ("letters", "XLE"): 70,
        ("vanilla", "MEAN"): 65, ("turned", "MEAN"): 61, ("letters", "MEAN"): 65.5,
        ("top1", "XAV"): 80, ("alone", "XAV"): 10,
    }  # fmt: skip
    rows = [row(*key, score) for key, score in scores.items()]
    compare_variants(rows, cells, "alignment", "MEAN")
    found = {(one["method"], one["country"]): one for one in rows}
    told = {key: one["consistency"] for key, one in found.items() if "variant_of" in one}
    assert told == {
        ("turned", "XAV"): 50,
        ("letters", "XAV"): 100,
        ("turned", "XLE"): 0,
        ("letters", "XLE"): 100,
        ("turned", "MEAN"): 25,
        ("letters", "MEAN"): 100,
    }
    assert {one.get("variant_of") for one in rows} == {"vanilla", None}
    spread = {one["country"]: one["spread"] for one in rows if "spread" in one}
    assert spread == {"XAV": 11, "XLE": 2, "MEAN": pytest.approx(4.5)}


def test_cells_that_tell_no_method_are_left_alone():
    rows = [row("vanilla", "XAV", 1)]
    compare_variants(rows, [{"model": "m", "method": "vanilla", "country": "XAV"}], "alignment", "")
    assert rows == [row("vanilla", "XAV", 1)]
