import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.evaluations.choices.table import percentage
from mores.scoring.alignment import alignment
from mores.scoring.gains import beyond, gain, mean_gain
from mores.scoring.resample import Sums

amounts = st.lists(st.tuples(*[st.floats(0, 9)] * 2), min_size=1, max_size=8)


def pair(rows, formula=alignment, weights=9.0):
    sides = np.array(rows).T
    return [Sums(side, np.full(len(rows), weights), formula) for side in sides]


@given(amounts, st.sampled_from([alignment, percentage]))
def test_parts_sum_to_the_difference_of_the_scores(rows, formula):
    a, b = pair(rows, formula)
    assert gain(a, b).points == pytest.approx(a.score() - b.score(), abs=1e-6)
    assert gain(a, b).shares.sum() == pytest.approx(1)


@given(amounts)
def test_sides_exchanged_turn_every_sign(rows):
    a, b = pair(rows)
    assert gain(b, a).parts == pytest.approx(-gain(a, b).parts)


@given(amounts, st.data())
def test_answers_of_an_item_swapped_turn_the_sign_of_its_part(rows, data):
    """But for the slope, which is that of the whole: parts keep their ratios to each other."""
    at = data.draw(st.integers(0, len(rows) - 1))
    swapped = [row[::-1] if index == at else row for index, row in enumerate(rows)]
    before, after = gain(*pair(rows)).parts, gain(*pair(swapped)).parts
    signs = np.where(np.arange(len(rows)) == at, -1, 1)
    largest = np.abs(before).argmax()
    if abs(before[largest]) > 1e-3:
        slope = after[largest] * signs[largest] / before[largest]
        assert after == pytest.approx(slope * signs * before, abs=1e-6)
        assert slope > 0


def test_parts_by_hand():
    # Scores 100 (1 - sqrt(5 / 20)) = 50 and 100 (1 - sqrt(20 / 20)) = 0; the items' parts are as
    # their differences of squares, 4 and 11 of 15.
    a, b = pair([(1.0, 5.0), (4.0, 15.0)], weights=10.0)
    assert gain(a, b).parts.tolist() == pytest.approx([50 * 4 / 15, 50 * 11 / 15])


def test_only_items_that_count_on_both_sides_are_compared():
    a, b = pair([(1.0, 5.0), (4.0, 15.0), (3.0, 1.0)])
    left = gain(a.only(np.array([1, 1, 0])), b)
    assert left.points == pytest.approx(100 * (math.sqrt(20 / 18) - math.sqrt(5 / 18)))
    assert (left.parts[2], left.shares[2]) == (0, 0)
    assert gain(a.only(np.zeros(3)), b) is None


def test_means_and_differences_of_differences():
    one, two = gain(*pair([(1.0, 2.0)])), gain(*pair([(1.0, 4.0)]))
    assert mean_gain([one, two]).points == pytest.approx((one.points + two.points) / 2)
    assert beyond(two, one).points == pytest.approx(two.points - one.points)
    assert beyond(two, one).shares.sum() == mean_gain([one, two]).shares.sum() == 1
