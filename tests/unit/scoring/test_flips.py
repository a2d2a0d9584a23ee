"""Flips against scipy's permutation test, statsmodels' cluster-robust errors, and by hand."""

import itertools
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from mores.scoring import flips
from mores.scoring.flips import adjusted, by_item, by_topic, step_down, test_gains
from mores.scoring.gains import Gain
from mores.scoring.resample import Resampling

test_gains.__test__ = False  # a function of the library that pytest would take for a test
SPEC = Resampling(permutations=5000, seed=0)
TOPICS = [f"t{index // 3}" for index in range(27)]  # nine topics of three items
RNG = np.random.default_rng(3)
parts = st.lists(st.integers(-9, 9).map(float), min_size=7, max_size=7)


def a_gain(parts, shares=None):
    parts = np.array(parts, dtype=float)
    return Gain(parts, np.full(len(parts), 1 / len(parts)) if shares is None else shares)


def by_single(parts, spec=SPEC, **more):
    """Each part a topic of its own."""
    topics = [f"{index:03}" for index in range(len(parts))]
    return test_gains([a_gain(parts)], by_topic(topics, spec), spec, **more)[0]


@given(parts)
def test_p_is_that_of_scipys_exact_permutation_test(values):
    def total(one, other, axis):
        return (one - other).sum(axis=axis)

    exact = stats.permutation_test(
        (np.array(values), np.zeros(7)),
        total,
        permutation_type="samples",
        n_resamples=np.inf,
        vectorized=True,
    )
    assert by_single(values).p == pytest.approx(exact.pvalue)


@given(parts)
def test_the_interval_holds_the_differences_that_flips_do_not_refute(values):
    """An independent slow way: shift, then test, on every pattern of signs."""
    found, signs = by_single(values), np.array(list(itertools.product([1, -1], repeat=7)))

    def refuted(difference):
        rest = np.array(values) - difference / 7
        sums = signs @ rest
        upper, lower = ((sums >= rest.sum() - 1e-9).mean(), (sums <= rest.sum() + 1e-9).mean())
        return min(upper, lower) <= 0.025

    for end, out in ((found.low, -1e-6), (found.high, 1e-6)):
        assert refuted(end + out)
        assert not refuted(end - out) or found.high - found.low < 1e-9


def test_topics_flip_as_wholes():
    by_hand = RNG.normal(size=27)
    found = test_gains([a_gain(by_hand)], by_topic(TOPICS, SPEC), SPEC)[0]
    summed = by_single(by_hand.reshape(9, 3).sum(axis=1))
    assert found.p == summed.p
    assert (found.low, found.high) == pytest.approx((summed.low, summed.high))
    assert (found.units, by_topic(TOPICS, SPEC).signs.shape) == (9, (256, 9))


def test_items_outside_every_score_belong_to_no_topic():
    design = by_topic([None, "b", "a", "b"], SPEC)
    assert design.units.tolist() == [-1, 1, 0, 1]
    assert design.sums([np.array([9.0, 1, 2, 3])]).tolist() == [[2, 4]]


def test_many_units_flip_at_random_and_what_was_observed_is_among_it():
    design = by_item(200, SPEC)
    assert design.signs.shape == (5000, 200)
    assert (design.signs[0] == 1).all()
    assert abs(design.signs[1:].mean()) < 0.01
    assert (by_item(200, SPEC).signs == design.signs).all()
    found = test_gains([a_gain(np.ones(200))], design, SPEC)[0]
    assert found.p == 1 / 5000
    drawn = a_gain(np.random.default_rng(1).normal(0.1, 1, 200))
    exact = stats.ttest_1samp(drawn.parts, 0)
    random = test_gains([drawn], design, SPEC)[0]
    assert random.p == pytest.approx(exact.pvalue, abs=0.02)
    ends = exact.confidence_interval(0.95)
    assert (random.low, random.high) == pytest.approx(np.array(ends) * 200, abs=2)


def test_with_few_topics_nothing_can_be_found_and_no_interval_is_invented():
    found = by_single([1.0] * 5)
    assert found.p == 1 / 16
    assert math.isnan(found.low) and math.isnan(found.high) and math.isnan(found.detectable)
    six = by_single([1.0, 2, 3, 4, 5, 6])
    assert six.p == 1 / 32
    assert six.low > 0


def test_a_topic_that_a_country_lacks_gives_no_more_certainty():
    values, shares = np.array([1.0] * 5 + [0.0] * 3), np.array([0.2] * 5 + [0.0] * 3)
    design = by_topic([*"abcdefgh"], SPEC)
    found = test_gains([a_gain(values, shares)], design, SPEC)[0]
    assert (found.units, found.p) == (5, 1 / 16)
    assert math.isnan(found.low)


def test_errors_are_statsmodels_cluster_robust_ones():
    """CV3, the jackknife over clusters (MacKinnon, Nielsen and Webb 2023), on a mean."""
    values = RNG.normal(size=27) + np.repeat(RNG.normal(size=9), 3)
    groups = np.repeat(np.arange(9), 3)
    fit = sm.OLS(values, np.ones(27)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    design = by_topic(TOPICS, SPEC)
    one = a_gain(values / 27)
    rows = design.sums([one.parts]), design.sums([one.shares])
    # Of clusters of one size, CV3 is CV0 times G / (G - 1).
    ours = flips._errors(*rows)[0]
    assert ours == pytest.approx(fit.bse[0] * math.sqrt(9 / 8))


def test_unequal_clusters_by_leaving_each_out():
    sizes, rng = [1, 2, 5, 9, 10], np.random.default_rng(2)
    topics = np.repeat(np.arange(5), sizes)
    values = rng.normal(size=27)
    without = [values[topics != topic].mean() for topic in range(5)]
    slow = math.sqrt(4 / 5 * ((np.array(without) - np.mean(without)) ** 2).sum())
    design = by_topic([str(topic) for topic in topics], SPEC)
    one = a_gain(values / 27)
    assert flips._errors(design.sums([one.parts]), design.sums([one.shares]))[0] == pytest.approx(
        slow
    )


def test_equivalence_is_found_within_a_margin_and_not_beyond_it():
    near = RNG.normal(0, 0.01, 12)
    assert by_single(near, margins=[1.0]).p_equivalent < 0.01
    assert by_single(near + 1 / 12, margins=[1.0]).p_equivalent > 0.05
    assert by_single(near + 5 / 12, margins=[1.0]).p_equivalent > 0.9
    assert math.isnan(by_single(near).p_equivalent)


def test_the_same_answers_do_not_differ():
    found = by_single([0.0] * 8)
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)
    assert adjusted([a_gain([0.0] * 8)], by_topic([*"abcdefgh"], SPEC)) == [1]


def test_a_step_down_by_hand():
    # Three tests, four flips, of which the first is what was observed.
    observed = np.array([1.0, 5.0, 3.0])
    flipped = np.array([[1.0, 2, 0, 0], [5.0, 1, 1, 4], [3.0, 1, 6, 1]])
    # 5 against the largest of all: 5, 2, 6, 4; then 3 against those of the two left: 3, 2, 6, 1;
    # then 1 against its own: 1, 2, 0, 0.
    assert step_down(observed, flipped).tolist() == [0.5, 0.5, 0.5]
    flipped[2, 2] = 0
    assert step_down(observed, flipped).tolist() == [0.5, 0.25, 0.25]


def test_of_independent_tests_adjusted_p_values_are_no_larger_than_holms():
    rng = np.random.default_rng(8)
    design = by_topic([f"{index:02}" for index in range(12)], SPEC)
    gains = [a_gain(rng.normal(shift, 1, 12)) for shift in (0, 0, 0.5, 1, 1, 2)]
    plain = [one.p for one in test_gains(gains, design, SPEC)]
    ours = adjusted(gains, design)
    holm = multipletests(plain, method="holm")[1]
    assert (np.array(ours) >= plain).all()
    assert np.mean(ours) < np.mean(holm)
    # One and the same test many times over is one test: Holm does not know, the flips do.
    assert adjusted([gains[3]] * 50, design) == pytest.approx([plain[3]] * 50)


def families(weights, runs=60):
    """Of a gain in every topic, as large as topics weigh, and six of nothing, adjusted p-values."""
    design = by_topic([f"{index:02}" for index in range(len(weights))], SPEC)
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        noise = [rng.normal(0, np.sqrt(weights)) for _ in range(7)]
        gains = [
            a_gain(one + (6 * weights if at == 0 else 0), weights) for at, one in enumerate(noise)
        ]
        yield adjusted(gains, design)


def test_topics_of_unequal_weight_hide_no_difference_behind_rows_of_chance():
    """WVS-7's weigh so: two of thirteen have 60 % of the score's denominator."""
    shares = [0.324, 0.277, 0.095, 0.067, 0.058, 0.045, 0.033, 0.032, 0.021, 0.02, 0.02, 0.006]
    found = np.array([*families(np.array([*shares, 0.002]))])
    assert np.mean(found[:, 0] <= 0.05) > 0.7
    assert np.mean(found[:, 1:].min(axis=1) <= 0.05) < 0.12


def test_few_topics_that_agree_are_at_the_floor_whatever_stands_beside_them():
    """Six rows of chance each have a flip in which their topics agree, though by unlike amounts."""
    rng = np.random.default_rng(5)
    design = by_topic([*"abcdefgh"], SPEC)
    gains = [a_gain(rng.uniform(4, 6, 8)), *(a_gain(rng.normal(0, 1, 8)) for _ in range(6))]
    ours = adjusted(gains, design)
    assert ours[0] == 2 / 2**8
    assert min(ours[1:]) > 0.05


def test_where_adjusting_takes_nothing_holm_takes_everything():
    """A gain in every topic of 400 tests: Holm's smallest is 400 / 4,096."""
    rng = np.random.default_rng(1)
    design = by_topic([f"{index:02}" for index in range(13)], SPEC)
    gains = [a_gain(rng.uniform(4, 6, 13)) for _ in range(400)]
    ours = adjusted(gains, design)
    assert max(ours) < 0.01
    plain = [one.p for one in test_gains(gains, design, SPEC)]
    assert multipletests(plain, method="holm")[1].min() > 0.09
    assert multipletests(plain, method="fdr_bh")[1].max() == pytest.approx(1 / 4096)
