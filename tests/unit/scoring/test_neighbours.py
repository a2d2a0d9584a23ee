from pathlib import Path

import numpy as np
import pytest

from mores.method.items import Item
from mores.scoring.neighbours import neighbour_weights, neighbours_answer
from mores.survey.answered import Answered

ROOT = Path(__file__).parents[3]
NARROW = Item(id="N", topic="t", wording="?", options=("a", "b"))
WIDE = Item(id="W", topic="t", wording="?", between=("none", "all"), codes=tuple(range(11)))


def cell(item, code):
    shares = np.zeros(len(item.codes))
    shares[item.codes.index(code)] = 1
    return Answered(shares, code, None)


def answers(narrow=None, wide=None):
    found = {}
    if narrow is not None:
        found["N"] = cell(NARROW, narrow)
    if wide is not None:
        found["W"] = cell(WIDE, wide)
    return found


def test_weights_fall_with_the_distance_on_scaled_training_items():
    survey = {"AAA": answers(1, 5), "BBB": answers(1, 5), "CCC": answers(1, 6)}
    weights = neighbour_weights(survey, "AAA", ["BBB", "CCC"], [NARROW, WIDE])
    # CCC: sqrt((0 + 0.1^2) / 2) = 0.0707 off.
    assert weights == {"BBB": 1.0, "CCC": pytest.approx(np.exp(-0.1 / np.sqrt(2) / 0.02))}


def test_distances_are_over_items_that_both_were_asked_and_none_is_no_neighbour():
    survey = {"AAA": answers(1, None), "BBB": answers(1, 9), "CCC": answers(None, 5)}
    assert neighbour_weights(survey, "AAA", ["BBB", "CCC"], [NARROW, WIDE]) == {"BBB": 1.0}


def test_a_whole_scale_of_difference_everywhere_leaves_the_nearest_alone():
    survey = {"AAA": answers(1), "BBB": answers(2), "CCC": answers(2)}
    assert neighbour_weights(survey, "AAA", ["BBB", "CCC"], [NARROW]) == {"BBB": 1.0, "CCC": 1.0}


def test_the_answer_is_the_weighted_mean_code_of_those_who_were_asked():
    survey = {"BBB": answers(wide=2), "CCC": answers(wide=8), "DDD": answers(1)}
    weights = {"BBB": 1.0, "CCC": 0.5, "DDD": 9.0}
    assert neighbours_answer(survey, weights, WIDE) == 4  # (2 + 4) / 1.5
    assert neighbours_answer(survey, {"DDD": 1.0}, WIDE) is None
