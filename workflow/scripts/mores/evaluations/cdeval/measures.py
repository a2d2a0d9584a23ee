"""How far profiles are from countries' own, and whether they rank countries as those do."""

import numpy as np

FEWEST = 4
"""Countries with a reference below which a rank correlation says nothing."""


def mean_of(values: np.ndarray, counting: np.ndarray, axis: int) -> np.ndarray:
    """The mean along an axis of those values that count; nan of none.

    What counts and is not known (no answer was valid) is never left out: the mean is nan.
    """
    counting = np.broadcast_to(counting, values.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counting, values, 0).sum(axis=axis) / counting.sum(axis=axis)


def rank_correlations(likelihoods: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation across countries (first axis), by group (last axis).

    `likelihoods` is countries x ... x groups, `references` countries x groups, nan where there is
    none. nan where fewer than `FEWEST` countries have one, or all of them come out alike.
    """
    found = np.full(likelihoods.shape[1:], np.nan)
    for group in range(references.shape[1]):
        known = ~np.isnan(references[:, group])
        if known.sum() >= FEWEST:
            found[..., group] = _spearman(likelihoods[known, ..., group], references[known, group])
    return found


def _spearman(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Pearson's correlation of ranks along the first axis; ties have their mean rank."""
    from scipy.stats import rankdata

    own = rankdata(reference).reshape(-1, *[1] * (values.ndim - 1))
    ranks = rankdata(values, axis=0)
    ranks, own = ranks - ranks.mean(axis=0), own - own.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = (ranks * own).sum(axis=0) / np.sqrt((ranks**2).sum(axis=0) * (own**2).sum())
    return np.where(np.isnan(values).any(axis=0), np.nan, correlation)
