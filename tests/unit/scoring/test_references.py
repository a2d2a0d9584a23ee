"""Reference rows on the real aggregate against the figures of spec/evaluation.md."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from mores.items import load_bank
from mores.scoring.references import Cell, read_survey, reference_rows, references
from mores.survey import import_survey

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
SPEC = {"resamples": 200, "confidence": 0.95, "seed": 0}


@pytest.fixture(scope="module")
def rows(shared_data):
    survey = read_survey(import_survey(shared_data / "wvs7/proportions_by_country.json", BANK))
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
    cell = Cell(np.array([0.5, 0.3, 0.2, 0.0]), 1, n)
    other = Cell(np.array([0.0, 0.0, 0.0, 1.0]), 4, n)
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
