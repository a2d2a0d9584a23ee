import math

import numpy as np
import pytest

from mores.scoring.resample import Sums, draws, interval

ITEMS = 60
COUNTS = draws(ITEMS, 2000, 0)


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
