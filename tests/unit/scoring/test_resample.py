import math

import numpy as np
import pytest

from mores.scoring.resample import (
    Sums,
    difference,
    draws,
    holm,
    interval,
    mean_difference,
    swaps,
)

ITEMS = 60
COUNTS, SWAPS = draws(ITEMS, 2000, 0), swaps(ITEMS, 2000, 0)


def sums(seed, shift=0.0):
    rng = np.random.default_rng(seed)
    weights = np.full(ITEMS, 9.0)
    return Sums(np.clip(rng.uniform(0, 9, ITEMS) + shift, 0, 9), weights)


def test_resamples_draw_as_many_items_as_there_are():
    assert (COUNTS.sum(axis=1) == ITEMS).all()
    assert (draws(ITEMS, 2000, 0) == COUNTS).all()
    assert (draws(ITEMS, 2000, 1) != COUNTS).any()


def test_a_score_is_the_formula_and_lies_in_its_interval():
    one = Sums(np.array([4.0, 0.0]), np.array([9.0, 4.0]))
    assert one.score() == pytest.approx(100 * (1 - 2 / math.sqrt(13)))
    low, high = interval(sums(1).scores(COUNTS), 0.95)
    assert low < sums(1).score() < high


def test_a_score_of_several_draws_is_the_mean_of_their_scores():
    # Draws with squares 4 and 9 of 9: 100 (1 - 2/3) and 0.
    one = Sums(np.array([[4.0, 9.0]]), np.array([9.0]))
    assert one.score() == pytest.approx(100 / 6)
    assert one.scores(np.ones((3, 1))).tolist() == pytest.approx([100 / 6] * 3)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(4)
    truth = 100 * (1 - math.sqrt(1 / 3))  # squares are uniform on 0..1, mean a half... of 1.5
    inside = 0
    for _ in range(200):
        sample = Sums(rng.uniform(0, 2 / 3, ITEMS), np.ones(ITEMS))
        low, high = interval(sample.scores(COUNTS[:400]), 0.95)
        inside += low <= truth <= high
    assert 0.88 <= inside / 200 <= 0.99


def test_the_same_answers_do_not_differ():
    same = difference(sums(1), sums(1), COUNTS, SWAPS)
    assert same.observed == 0
    assert same.p_value() == 1
    assert interval(same.resampled, 0.95) == (0, 0)


def test_a_clear_difference_is_found_and_turns_with_its_sides():
    better, worse = sums(1), sums(1, shift=3)
    found = difference(better, worse, COUNTS, SWAPS)
    assert found.observed > 0
    assert found.p_value() == pytest.approx(1 / 2001)
    assert interval(found.resampled, 0.95)[0] > 0
    turned = difference(worse, better, COUNTS, SWAPS)
    assert turned.observed == pytest.approx(-found.observed)


def test_p_values_are_uniform_where_nothing_differs():
    ps = [difference(sums(2 * n), sums(2 * n + 1), COUNTS, SWAPS).p_value() for n in range(300)]
    assert 0.02 <= np.mean(np.array(ps) < 0.05) <= 0.09
    assert 0.4 < np.mean(ps) < 0.6


def test_only_items_that_count_on_both_sides_are_compared():
    a, b = sums(1), sums(2)
    mask = np.arange(ITEMS) < 30
    found = difference(a.only(mask), b, COUNTS, SWAPS)
    assert found.observed == pytest.approx(a.only(mask).score() - b.only(mask).score())


def test_a_mean_difference_averages_countries():
    ones = [difference(sums(n), sums(n + 10), COUNTS, SWAPS) for n in range(3)]
    assert mean_difference(ones).observed == pytest.approx(np.mean([d.observed for d in ones]))
    assert 0 < mean_difference(ones).p_value() <= 1


def test_holm_by_hand():
    # Sorted: 0.01 x 3, 0.02 x 2, 0.5 x 1; never below the one before.
    assert holm([0.02, 0.01, 0.5]) == pytest.approx([0.04, 0.03, 0.5])
    assert holm([0.01, 0.012]) == pytest.approx([0.02, 0.02])
    assert holm([0.6, 0.7]) == [1, 1]
    assert math.isnan(holm([float("nan"), 0.04])[0])
    assert holm([float("nan"), 0.04])[1] == 0.04
