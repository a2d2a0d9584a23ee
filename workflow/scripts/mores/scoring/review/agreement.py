"""How far raters agree, and how sure a share is when both raters and norms are a sample."""

import numpy as np

from mores.scoring.resample import draws

NO_LABEL = -1


def alpha(labels: np.ndarray) -> float:
    """Krippendorff's alpha for nominal labels (norms x raters; `NO_LABEL` where there is none).

    Of norms with two labels or more (Krippendorff, *Content Analysis*, 2004, section 11.3); nan
    where there are none, or all their labels are the same, so that nothing could be disagreed on.
    """
    values = np.unique(labels[labels != NO_LABEL])
    counts = (labels[:, :, None] == values).sum(axis=1)
    counts = counts[counts.sum(axis=1) > 1].astype(float)
    of_norm, of_value = counts.sum(axis=1), counts.sum(axis=0)
    total = of_norm.sum()
    expected = total**2 - (of_value**2).sum()
    if not expected:
        return float("nan")
    disagreeing = (of_norm**2 - (counts**2).sum(axis=1)) / (of_norm - 1)
    return float(1 - (total - 1) * disagreeing.sum() / expected)


def resampled(hits: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """A share in resamples of norms and of raters, each drawn by itself; nan where none counts.

    `hits` is norms x raters: 1, 0, or nan where a rater has not judged. Drawing both is somewhat
    wide, never narrow (Owen, Annals of Applied Statistics 1:386, 2007). Who has judged none of the
    norms is not drawn.
    """
    hits = hits[:, ~np.isnan(hits).all(axis=0)]
    hits = hits[~np.isnan(hits).all(axis=1)]
    norms, raters = (
        draws(n, resamples, seed + side) if n else np.zeros((resamples, 0))
        for side, n in enumerate(hits.shape)
    )
    known = ~np.isnan(hits)
    taken = [
        ((norms @ part) * raters).sum(axis=1)
        for part in (np.where(known, hits, 0.0), known.astype(float))
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        return taken[0] / taken[1]
