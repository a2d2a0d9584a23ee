"""Distributions: what must hold of all, slow versions written anew, and scipy's as oracles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from mores.method.items import Item
from mores.scoring.distributions import (
    Compared,
    answered,
    correlation,
    distribution_scores,
    in_order,
    normalised_entropy,
    similarity,
    wasserstein,
)


def distributions(size):
    counts = st.lists(st.integers(0, 1000), min_size=size, max_size=size).filter(any)
    return counts.map(lambda found: np.array(found) / sum(found))


PAIRS = st.integers(2, 11).flatmap(lambda n: st.tuples(distributions(n), distributions(n)))


@given(PAIRS)
def test_similarity_is_symmetric_within_bounds_and_one_of_the_same(pair):
    p, q = pair
    assert 0 <= similarity(p, q) <= 1
    assert similarity(p, q) == similarity(q, p)
    assert similarity(p, p) == 1
    assert (similarity(p, q) == 1) <= np.allclose(p, q, atol=1e-6)


@given(PAIRS, st.randoms())
def test_similarity_does_not_know_which_option_is_which(pair, random):
    p, q = pair
    order = random.sample(range(len(p)), len(p))
    assert similarity(p[order], q[order]) == pytest.approx(similarity(p, q), abs=1e-7)


@given(PAIRS)
def test_similarity_agrees_with_scipy_and_with_a_slow_version(pair):
    """Near zero the square root makes 1e-16 of rounding 1e-8."""
    p, q = pair
    with np.errstate(invalid="ignore"):
        known = np.nan_to_num(jensenshannon(p, q, base=2))
    assert similarity(p, q) == pytest.approx(1 - known, abs=1e-7)
    bits = 0.0
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        for one in (a, b):
            bits += one * math.log2(2 * one / (a + b)) if one else 0
    assert similarity(p, q) == pytest.approx(1 - math.sqrt(max(bits / 2, 0)), abs=1e-7)


def test_distributions_with_nothing_in_common_are_as_far_as_can_be():
    assert similarity([1, 0, 0], [0, 0.5, 0.5]) == 0
    assert wasserstein([1, 0, 0], [0, 0, 1], (1, 2, 3)) == 1


@given(PAIRS, st.integers(-2, 3))
def test_wasserstein_agrees_with_scipy_is_symmetric_and_blind_to_where_codes_begin(pair, first):
    p, q = pair
    codes = tuple(range(first, first + len(p)))
    scaled = np.subtract(codes, codes[0]) / (len(p) - 1)
    known = stats.wasserstein_distance(scaled, scaled, p, q)
    assert wasserstein(p, q, codes) == pytest.approx(known, abs=1e-9)
    assert wasserstein(p, q, codes) == pytest.approx(wasserstein(q, p, codes), abs=1e-12)
    assert 0 <= wasserstein(p, q, codes) <= 1 + 1e-12
    assert wasserstein(p, p, codes) == 0


@given(PAIRS)
def test_wasserstein_is_never_less_than_the_means_differ(pair):
    p, q = pair
    scaled = np.linspace(0, 1, len(p))
    apart = abs(p @ scaled - q @ scaled)
    assert wasserstein(p, q, range(len(p))) >= apart - 1e-9


@given(PAIRS)
def test_entropy_is_scipys_scaled_to_the_number_of_options(pair):
    p, _ = pair
    assert normalised_entropy(p) == pytest.approx(stats.entropy(p) / np.log(len(p)))
    assert normalised_entropy(np.full(len(p), 1 / len(p))) == pytest.approx(1)


@pytest.mark.filterwarnings("error")
def test_the_smallest_of_shares_changes_nothing():
    least, none = np.array([5e-324, 1.0]), np.array([0.0, 1.0])
    assert normalised_entropy(least) == pytest.approx(0, abs=1e-12)
    assert str(normalised_entropy(none)) == "0.0"
    assert similarity(least, none) == pytest.approx(1)


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=3))
def test_the_correlation_is_pearsons_and_none_where_nothing_varies(pairs):
    a, b = zip(*pairs, strict=True)
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert math.isnan(correlation(a, b))
    else:
        assert correlation(a, b) == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-9)


def item(kind="ordinal", codes=(0, 1, 2)):
    texts = tuple(f"option {code}" for code in codes)
    return Item(id="Q", topic="t", wording="?", options=texts, codes=codes, kind=kind)


def test_shares_stand_in_the_order_of_codes_and_sum_to_one():
    assert in_order({"2": 30, "0": 10, "7": 5}, item()).tolist() == [0.25, 0, 0.75]
    assert in_order({"7": 5, "1": 0.0}, item()) is None


def test_scores_are_over_all_items_but_wasserstein_knows_no_order_of_nominal_ones():
    far = Compared(item(), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]))
    near = Compared(item(), np.array([0.5, 0.5, 0]), np.array([0.5, 0.5, 0]))
    nominal = Compared(item("nominal"), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]))
    found = distribution_scores([far, near, nominal])
    assert found["similarity"] == pytest.approx(100 / 3)
    assert found["wasserstein"] == 0.5
    half = math.log(2) / math.log(3) / 3  # of three items one is torn in half
    assert found["entropy"] == found["people_entropy"] == pytest.approx(half)
    assert found["entropy_correlation"] == pytest.approx(1)
    assert found["top_share_correlation"] == pytest.approx(1)


def test_of_nothing_there_is_no_score():
    assert all(math.isnan(one) for one in distribution_scores([]).values())


def test_an_answer_of_which_nobody_told_shares_counts_for_none():
    item = Item(id="Q1", topic="t", wording="Which?", options=("Yes", "No"))
    told = {"choice": 1, "shares": {"1": 0.25, "2": 0.75}}
    untold = {"choice": 1, "shares": None}
    assert answered([told, untold], item).tolist() == [0.25, 0.75]
    assert answered([untold], item) is None
    assert answered([{"choice": 1}, told], item).tolist() == [0.625, 0.375]
