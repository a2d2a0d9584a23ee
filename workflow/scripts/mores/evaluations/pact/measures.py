"""Measures of decisions: how often a wish is allowed, where it is more, and how people decide.

Arrays are over scenes: `allowed` decisions of `decided`, the model's or human raters'. A scene in
which nothing was decided has zeros. Rates are 0..100, and nan where there is nothing to count.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def allow_rate(allowed: npt.ArrayLike, decided: npt.ArrayLike) -> np.ndarray:
    """ALLOW / (ALLOW + FOLLOW) of summed decisions."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * np.asarray(allowed, dtype=float) / np.asarray(decided, dtype=float)


def rate_where(allowed: np.ndarray, decided: np.ndarray, where: npt.ArrayLike) -> float:
    """The allow rate over some scenes."""
    chosen = np.asarray(where, dtype=bool)
    return float(allow_rate(allowed[chosen].sum(), decided[chosen].sum()))


def rates_by(allowed: np.ndarray, decided: np.ndarray, groups: Sequence[str]) -> dict[str, float]:
    """The allow rate of each group that has decisions; a scene without a group is in none."""
    names = np.array(groups)
    rates = {name: rate_where(allowed, decided, names == name) for name in sorted({*groups} - {""})}
    return {name: rate for name, rate in rates.items() if not np.isnan(rate)}


def spread(rates: dict[str, float]) -> float:
    """PACT's spread: the largest less the smallest shift of a group's rate from the mean rate.

    The mean falls out, so it is the largest rate less the smallest.
    """
    return max(rates.values()) - min(rates.values()) if len(rates) > 1 else float("nan")


def mae_scenes(model: np.ndarray, human: np.ndarray) -> float:
    """Mean over scenes of the distance between the model's rate and the raters'."""
    return _mean(np.abs(model - human))


def mae_groups(model: dict[str, float], human: dict[str, float]) -> float:
    """Mean over groups of scenes (base countries) of the distance between the two groups' rates.

    Never above the mean over scenes where scenes count alike: what cancels within a group is gone.
    """
    both = sorted(model.keys() & human.keys())
    return _mean(np.array([abs(model[name] - human[name]) for name in both]))


def signed_gap(model: np.ndarray, human: np.ndarray) -> float:
    """Mean over scenes of the model's rate less the raters': above 0 the model allows more."""
    return _mean(model - human)


def majority_match(model: np.ndarray, human: np.ndarray) -> tuple[float, int]:
    """Share of scenes in which the majorities are the same, and of how many; ties are none."""
    clear = (model != 50) & (human != 50)
    same = (model > 50) == (human > 50)
    return 100 * _mean(same[clear].astype(float)), int(clear.sum())


def agreement(rates: np.ndarray) -> np.ndarray:
    """PACT's agreement in each scene, max(r, 1 - r): 50 is none, 100 is full.

    Biased upwards where few decide: three who toss coins agree at 75 on average.
    """
    return np.maximum(rates, 100 - rates)


def pair_agreement(allowed: np.ndarray, decided: np.ndarray) -> np.ndarray:
    """In each scene the share of pairs of deciders who decide alike; nan with less than two.

    Its expectation is r^2 + (1 - r)^2, 0..100, however few decide.
    """
    followed = decided - allowed
    alike = allowed * (allowed - 1) + followed * (followed - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * alike / np.where(decided > 1, decided * (decided - 1), np.nan)


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's r over the scenes that have both; nan where one does not vary."""
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
