"""Reference rows on the real aggregate against the figures of spec/evaluation.md."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from mores.errors import InputError
from mores.method.items import load_bank
from mores.scoring.references import (
    Answered,
    ReferenceScoring,
    answers_by_country,
    reference_rows,
    references,
    score_references,
)
from mores.scoring.resample import Resampling
from mores.survey.importing import read_survey

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/wvs7.yaml")
COUNTRIES = yaml.safe_load((ROOT / "config/wvs7.yaml").read_text())["countries"]
FIGURES = {
    "midpoint": (57.9, 0.1),
    "midpoint_code": (56.3, 0.1),
    "country_USA": (63.4, 0.1),
    "pooled_mode": (66.1, 0.1),
    "other_mean": (68.4, 0.1),
    "own_mean": (76.2, 0.1),
    "random": (46.4, 0.5),
    "respondent": (63.5, 0.5),
    "ceiling": (92.7, 0.5),
}
SPEC = Resampling(resamples=200, confidence=0.95, seed=0)


@pytest.fixture(scope="module")
def rows(shared_data):
    survey = answers_by_country(read_survey(shared_data / "wvs7/proportions_by_country.json", BANK))
    found = reference_rows(survey, BANK, list(BANK.items), COUNTRIES, COUNTRIES, SPEC)
    return {(row["country"], row["method"]): row for row in found}


@pytest.mark.parametrize("reference", FIGURES)
def test_the_means_are_the_published_ones(rows, reference):
    figure, tolerance = FIGURES[reference]
    # The figures are rounded to one decimal.
    assert rows["MEAN", reference]["alignment"] == pytest.approx(figure, abs=tolerance + 0.05)


def test_every_country_has_every_reference_but_its_own_answers(rows):
    expected = {(c, r) for c in (*COUNTRIES, "MEAN") for r in FIGURES} - {("USA", "country_USA")}
    assert set(rows) == expected


def test_scores_lie_in_their_intervals(rows):
    for row in rows.values():
        assert row["alignment_low"] <= row["alignment"] <= row["alignment_high"]


def small_survey(n):
    cell = Answered(np.array([0.5, 0.3, 0.2, 0.0]), 1, n)
    other = Answered(np.array([0.0, 0.0, 0.0, 1.0]), 4, n)
    return {"AAA": {"Q1": cell}, "BBB": {"Q1": other}}


def test_references_by_hand():
    found = references(small_survey(100), ["AAA", "BBB"], "AAA", 0)
    item = BANK.items["Q1"]
    assert found["midpoint"](item) == 2.5
    assert found["other_mean"](item) == 4
    assert found["own_mean"](item) == 2  # 0.5 + 0.6 + 0.6 = 1.7
    assert found["pooled_mode"](item) == 4  # mean shares .25 .15 .1 .5
    assert "country_AAA" not in found
    assert references(small_survey(100), ["AAA", "BBB"], "BBB", 0)["country_AAA"](item) == 1


def test_without_a_sample_size_there_is_no_ceiling_rather_than_an_invented_one():
    found = references(small_survey(None), ["AAA", "BBB"], "AAA", 0)
    assert found["ceiling"](BANK.items["Q1"]) is None
    rows = reference_rows(small_survey(None), BANK, ["Q1"], ["AAA", "BBB"], ["AAA", "BBB"], SPEC)
    assert "ceiling" not in {row["method"] for row in rows}


ANSWERS = [  # shares of the four codes
    ("AAA", "Q1", [0.75, 0.25, 0.0, 0.0], 40),
    ("AAA", "Q2", [1.0, 0.0, 0.0, 0.0], 40),
    ("BBB", "Q1", [1.0, 0.0, 0.0, 0.0], None),
]
SPLIT = "item\ttopic\tpart\nQ1\tsocial_values\ttest\nQ2\tsocial_values\ttrain\n"


def marginals():
    schema = {"country": str, "item": str, "code": int, "share": float, "top": bool, "n": int}
    rows = [
        (country, item, code, share, code == 1, n)
        for country, item, shares, n in ANSWERS
        for code, share in enumerate(shares, start=1)
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def scoring(*pool):
    return ReferenceScoring.model_construct(**SPEC.model_dump(), countries=("AAA",), pool=pool)


def test_answers_are_shares_in_the_order_of_codes_with_the_top_one():
    survey = answers_by_country(marginals())
    assert {country: list(items) for country, items in survey.items()} == {
        "AAA": ["Q1", "Q2"],
        "BBB": ["Q1"],
    }
    asked = survey["AAA"]["Q1"]
    assert (asked.shares.tolist(), asked.gold, asked.n) == ([0.75, 0.25, 0, 0], 1, 40)
    assert survey["BBB"]["Q1"].n is None


def test_the_step_makes_rows_of_the_selected_countries_on_the_test_items():
    rows = score_references(scoring("AAA", "BBB"), BANK, marginals(), SPLIT)
    assert {row["country"] for row in rows} == {"AAA", "MEAN"}
    assert {row["n_items"] for row in rows} == {1}


def test_a_country_that_the_survey_lacks_is_named():
    with pytest.raises(InputError, match="the survey has no answers of CCC"):
        score_references(scoring("AAA", "CCC"), BANK, marginals(), SPLIT)
