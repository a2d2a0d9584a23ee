"""Other draws in intervals and p-values, against scipy's t test, flips alone, and each other."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mores.scoring import tested
from mores.scoring.flips import adjusted, by_topic, test_gains
from mores.scoring.gains import Gain
from mores.scoring.luck import Luck
from mores.scoring.resample import Resampling
from mores.scoring.tested import with_draws

test_gains.__test__ = False  # a function of the library that pytest would take for a test
SPEC = Resampling()
TOPICS = [f"{index:02}" for index in range(13)]
DESIGN = by_topic(TOPICS, SPEC)
RNG = np.random.default_rng(5)


def a_gain(parts):
    return Gain(np.array(parts, dtype=float), np.full(13, 1 / 13))


def gains_of(count, shift=0.0):
    return [a_gain(RNG.normal(shift, 1, 13)) for _ in range(count)]


def of_draws(points):
    return Luck(float(np.std(points, ddof=1)) / len(points) ** 0.5, len(points) - 1)


@pytest.mark.parametrize("shift", [-0.3, 0.4])
def test_draws_that_vary_nothing_leave_everything_as_it_is(shift):
    gains, none = gains_of(6, shift), [Luck(0.0, 2)] * 6
    plain = test_gains(gains, DESIGN, SPEC, [20.0] * 6)
    found = test_gains(gains, DESIGN, SPEC, [20.0] * 6, none)
    for one, other in zip(found, plain, strict=True):
        assert vars(one) == pytest.approx(vars(other), abs=1e-9)
    assert adjusted(gains, DESIGN, found, none) == pytest.approx(adjusted(gains, DESIGN), abs=1e-9)


@given(st.lists(st.floats(0.5, 6), min_size=2, max_size=4))
def test_where_topics_agree_the_draws_alone_are_tested_as_by_t(points):
    of = of_draws(points)
    mean = np.mean(points)
    found = test_gains([a_gain([mean / 13] * 13)], DESIGN, SPEC, lucks=[of])[0]
    if of.error > 1e-6:
        exact = stats.ttest_1samp(points, 0)
        assert found.p == pytest.approx(max(exact.pvalue, 1 / 4096), abs=1e-6)
        ends = exact.confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


@given(st.integers(0, 999), st.integers(1, 5), st.sampled_from([0.6, 0.8, 0.95]))
def test_p_is_small_where_the_interval_leaves_out_0(seed, freedom, confidence):
    rng = np.random.default_rng(seed)
    one, of = a_gain(rng.normal(0.5, 0.5, 13)), Luck(rng.uniform(0, 2), freedom)
    spec = Resampling(confidence=confidence)
    found = test_gains([one], DESIGN, spec, lucks=[of])[0]
    assert (found.p <= 1 - confidence) == (found.low > 0 or found.high < 0)
    assert found.p >= test_gains([one], DESIGN, spec)[0].p


def test_a_control_is_equivalent_where_the_wider_interval_of_both_sides_is_within_the_margin():
    """Two one-sided tests at 0.05 ask for the interval of 90 %."""
    spec, one = Resampling(confidence=0.9), a_gain(RNG.normal(0, 0.1, 13))
    for error in (0.0, 0.2, 0.4, 0.8):
        found = test_gains([one], DESIGN, spec, [1.5], [Luck(error, 3)])[0]
        assert (found.p_equivalent <= 0.05) == (found.low > -1.5 and found.high < 1.5)
    assert found.p_equivalent > 0.05
    far = a_gain([0.3] * 13)
    beyond = test_gains([far], DESIGN, spec, [1.5], [Luck(0.8, 3)])[0]
    assert beyond.p_equivalent == test_gains([far], DESIGN, spec, [1.5])[0].p_equivalent > 0.5


def test_with_few_topics_no_interval_is_invented():
    nowhere = tested.Tested(2.0, *[math.nan] * 2, 0.5, *[math.nan] * 2, 4)
    told = with_draws(nowhere, np.array([2.0] * 7), Luck(1.0, 2), math.nan, 0.95)
    assert math.isnan(told.low) and math.isnan(told.p_equivalent)
    assert told.p == pytest.approx(2 / 2**3)  # as of three topics
    same = tested.Tested(*[0.0] * 3, 1.0, math.nan, 0.0, 9)
    assert with_draws(same, np.zeros(7), Luck(0.0, 2), math.nan, 0.95).p == 1


@pytest.mark.parametrize("draws", [2, 3])
def test_trainings_that_move_all_topics_are_no_finding(draws):
    """Of 200 runs, against the share that flips alone would call real."""
    gains, lucks = [], []
    for _ in range(200):
        parts = RNG.normal(0, 0.3, (draws, 13)) + RNG.normal(0, 1, (draws, 1))
        gains.append(a_gain(parts.mean(axis=0)))
        lucks.append(of_draws(parts.sum(axis=1)))
    alone = test_gains(gains, DESIGN, SPEC)
    found = test_gains(gains, DESIGN, SPEC, lucks=lucks)
    assert np.mean([one.p <= 0.05 for one in alone]) > 0.8
    called = sum(one.p <= 0.05 for one in found)
    assert stats.binomtest(called, 200, 0.05, alternative="greater").pvalue > 0.001
    assert called > 1  # it is no test that never calls


def test_two_draws_of_one_row_do_not_hide_what_another_shows():
    """Two draws alone are Student's t of one degree of freedom, whose largest of 20 is huge."""
    unsure = [a_gain(RNG.normal(0, 0.3, 13)) for _ in range(20)]
    gains = [a_gain([1.0] * 13), *unsure]
    lucks = [None, *[Luck(1.0, 1)] * 20]
    plain = test_gains(gains, DESIGN, SPEC, lucks=lucks)
    found = adjusted(gains, DESIGN, plain, lucks)
    assert found[0] < 0.02
    assert all(one >= other.p for one, other in zip(found, plain, strict=True))
    alone = adjusted(gains[1:2], DESIGN, plain[1:2], lucks[1:2])
    assert alone == [pytest.approx(plain[1].p, abs=0.01)]
