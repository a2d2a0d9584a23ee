"""What references answer, by hand; their figures are in test_reference_scores.py."""

from pathlib import Path

import numpy as np
import pytest

from mores.method.items import load_bank
from mores.scoring.references import DRAWS, references
from mores.survey.answered import Answered

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/wvs7.yaml")
Q1, Q2 = BANK.items["Q1"], BANK.items["Q2"]  # four options each


def cell(*shares, n=100.0):
    return Answered(np.array(shares), int(np.argmax(shares)) + 1, n)


def survey(n=100.0):
    return {
        "AAA": {"Q1": cell(0.5, 0.3, 0.2, 0.0, n=n), "Q2": cell(1, 0, 0, 0, n=n)},
        "BBB": {"Q1": cell(0.0, 0.0, 0.0, 1.0, n=n), "Q2": cell(0, 1, 0, 0, n=n)},
    }


def of(country, answered, pool=("AAA", "BBB"), seed=0):
    return references(answered, [*pool], country, [Q2], seed)


def test_references_by_hand():
    found = of("AAA", survey())
    expected = {
        "midpoint": 2.5,
        "midpoint_code": 2,
        "other_mean": 4,
        "neighbours": 4,
        "own_mean": 2,  # 0.5 + 0.6 + 0.6 = 1.7
        "pooled_mode": 4,  # mean shares .25 .15 .1 .5
    }
    assert {name: found[name](Q1).answers for name in expected} == expected
    assert {found[name](Q1).gold for name in expected} == {1}
    assert "country_AAA" not in found
    assert of("BBB", survey())["country_AAA"](Q1).answers == 1


def test_without_a_sample_size_there_is_no_ceiling_rather_than_an_invented_one():
    assert of("AAA", survey(n=None))["ceiling"](Q1) is None


def test_a_country_alone_has_nobody_to_ask():
    found = of("AAA", {"AAA": survey()["AAA"]}, pool=["AAA"])
    assert found["other_mean"](Q1) is None
    assert found["neighbours"](Q1) is None


@pytest.mark.parametrize("name", ["random", "respondent", "ceiling"])
def test_fewer_items_or_countries_change_no_draw_of_the_others(name):
    alone = of("AAA", survey())[name](Q1)
    after = of("AAA", survey())
    after[name](Q2)
    of("BBB", survey())[name](Q1)
    for one in (after[name](Q1), of("AAA", survey(), pool=["BBB", "AAA"])[name](Q1)):
        assert np.array_equal(one.answers, alone.answers)
        assert np.array_equal(one.gold, alone.gold)
    other = of("AAA", survey(), seed=1)[name](Q1)
    assert not np.array_equal(other.answers, alone.answers)


def test_the_ceiling_takes_one_sample_for_gold_and_another_for_the_answers():
    torn = {"AAA": {"Q1": cell(0.5, 0.0, 0.0, 0.5, n=11.0)}}
    held = of("AAA", torn, pool=["AAA"])["ceiling"](Q1)
    assert len(held.answers) == len(held.gold) == DRAWS
    # Of two samples of a country torn in half, each says 1 or 4 by itself: half the pairs agree.
    assert np.mean(held.answers == held.gold) == pytest.approx(0.5, abs=0.12)
    assert np.mean(held.gold == 1) == pytest.approx(0.5, abs=0.12)
