import krippendorff
import numpy as np
import pytest

from mores.scoring.review.agreement import NO_LABEL, alpha, resampled

NO = NO_LABEL
# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C: four observers, twelve
# units, five values; published as 0.743 for nominal data.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
        [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
    ]
).T


def test_alpha_is_krippendorff_s_published_example():
    assert alpha(PUBLISHED) == pytest.approx(0.743, abs=0.0005)


def test_alpha_is_the_package_s_on_drawn_labels():
    rng = np.random.default_rng(0)
    for _ in range(20):
        labels = rng.integers(NO, 3, size=(12, 4))
        given = np.where(labels == NO, np.nan, labels.astype(float)).T
        expected = krippendorff.alpha(given, level_of_measurement="nominal")
        assert alpha(labels) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([[0, 0], [1, 1]], 1.0),
        # Of 4 labels 2 are 0 and 2 are 1; both norms disagree: 1 - 3 * 4 / (16 - 8).
        ([[0, 1], [1, 0]], -0.5),
        ([[0, 0], [0, 0]], np.nan),
        ([[0, NO], [NO, 1]], np.nan),
        ([[NO, NO]], np.nan),
    ],
)
def test_alpha_by_hand(labels, expected):
    assert alpha(np.array(labels)) == pytest.approx(expected, nan_ok=True)


def test_intervals_know_that_raters_are_a_sample():
    """One rater who accepts all, one who accepts nothing: forty norms make it no surer."""
    hits = np.repeat([[1.0, 0.0]], 40, axis=0)
    shares = resampled(hits, 2000, 0)
    assert {0.0, 0.5, 1.0} == set(np.unique(shares))
    assert np.mean(shares == 1) == pytest.approx(0.25, abs=0.03)  # the first rater twice
    assert set(resampled(hits[:, :1], 200, 0)) == {1.0}
    absent = np.full((40, 1), np.nan)  # a rater of other norms
    assert np.array_equal(resampled(np.hstack([hits, absent]), 2000, 0), shares)
    assert np.isnan(resampled(np.full((2, 2), np.nan), 10, 0)).all()
