"""Measures held against hand-made tables and computations that share nothing with them."""

import math
import statistics
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.evaluations.pact.measures import (
    agreement,
    allow_rate,
    correlation,
    mae_groups,
    mae_scenes,
    majority_match,
    pair_agreement,
    rate_where,
    rates_by,
    signed_gap,
    spread,
)


def test_the_allow_rate_is_of_what_was_decided():
    assert allow_rate(3, 4) == 75
    assert np.isnan(allow_rate(0, 0))
    assert rate_where(np.array([1.0, 2, 0]), np.array([2.0, 2, 2]), [True, True, False]) == 75
    assert np.isnan(rate_where(np.ones(2), np.ones(2), [False, False]))


def test_a_spread_is_the_largest_shift_from_the_mean_less_the_smallest():
    allowed, decided = np.array([1.0, 3, 2, 0]), np.array([4.0, 4, 4, 0])
    rates = rates_by(allowed, decided, ["a", "b", "", "c"])
    assert rates == {"a": 25, "b": 75}
    for mean in (0, 50, statistics.mean(rates.values())):
        shifts = [rate - mean for rate in rates.values()]
        assert spread(rates) == max(shifts) - min(shifts) == 50
    assert np.isnan(spread({"a": 25.0}))


def test_the_two_maes_are_two_numbers_and_neither_is_a_distance_of_distributions():
    """Two scenes of one country: what the model allows too much in one, it lacks in the other."""
    model, human = np.array([100.0, 0.0]), np.array([50.0, 50.0])
    assert mae_scenes(model, human) == 50
    assert mae_groups({"Kenya": 50.0}, {"Kenya": 50.0}) == 0
    # The Jensen-Shannon distance of (1, 0) and (1/2, 1/2), base 2, written out.
    middle = [0.75, 0.25]
    divergence = 0.5 * math.log2(1 / middle[0])
    divergence += 0.5 * sum(0.5 * math.log2(0.5 / share) for share in middle)
    assert 100 * math.sqrt(divergence) == pytest.approx(55.8, abs=0.05)
    assert signed_gap(model, human) == 0


counts = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20)


@given(counts, counts)
def test_what_cancels_within_a_country_makes_the_mae_of_countries_the_smaller(one, other):
    size = min(len(one), len(other))
    model, human = (
        np.array([allow / 9 * 100 for allow, _ in counted[:size]]) for counted in (one, other)
    )
    whole = {"all": float(model.mean())}, {"all": float(human.mean())}
    assert mae_groups(*whole) <= mae_scenes(model, human) + 1e-9
    assert abs(signed_gap(model, human)) == pytest.approx(mae_groups(*whole))


def test_majorities_match_where_there_are_two():
    model, human = np.array([100.0, 60, 50, 20]), np.array([51.0, 40, 90, 0])
    assert majority_match(model, human) == (pytest.approx(200 / 3), 3)
    match, clear = majority_match(np.array([50.0]), np.array([90.0]))
    assert np.isnan(match) and clear == 0


def test_agreement_is_the_larger_share():
    assert agreement(np.array([0.0, 30, 50, 80])).tolist() == [100, 70, 50, 80]


@given(st.lists(st.booleans(), min_size=2, max_size=8))
def test_pairs_that_agree_are_counted(decisions):
    pairs = list(combinations(decisions, 2))
    alike = 100 * sum(a == b for a, b in pairs) / len(pairs)
    found = pair_agreement(np.array([float(sum(decisions))]), np.array([float(len(decisions))]))
    assert found[0] == pytest.approx(alike)


def test_agreement_among_few_is_biased_and_that_of_pairs_is_not():
    """Every outcome of n raters with its probability: no draws."""
    for n in (2, 3, 5, 15):
        for rate in (0.5, 0.7, 0.9):
            k = np.arange(n + 1.0)
            chance = np.array([math.comb(n, int(j)) * rate**j * (1 - rate) ** (n - j) for j in k])
            raw = float(chance @ agreement(100 * k / n))
            pairs = float(chance @ pair_agreement(k, np.full(n + 1, float(n))))
            assert raw >= 100 * max(rate, 1 - rate) - 1e-9
            assert pairs == pytest.approx(100 * (rate**2 + (1 - rate) ** 2))
            if (n, rate) == (3, 0.5):
                assert raw == pytest.approx(75)
    assert np.isnan(pair_agreement(np.array([1.0]), np.array([1.0])))[0]


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=30, unique=True
    )
)
def test_the_correlation_is_pearsons(points):
    first, second = (list(map(float, one)) for one in zip(*points, strict=True))
    found = correlation(np.array([*first, np.nan]), np.array([*second, 7]))
    if len(set(first)) > 1 and len(set(second)) > 1:
        assert found == pytest.approx(statistics.correlation(first, second))
    else:
        assert np.isnan(found)
