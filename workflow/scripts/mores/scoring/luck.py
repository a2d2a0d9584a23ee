"""Luck: what the draws of a contrast's methods vary."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from mores.method.draws import SOURCES, Draw
from mores.scoring.resample import Sums


@dataclass(frozen=True)
class Luck:
    """The standard error of a mean over draws, in points, and its degrees of freedom."""

    error: float
    freedom: float

    def reach(self, doubt: float) -> float:
        """How far off the mean is at most, but for so much doubt on one side."""
        from scipy.special import stdtrit

        return -float(stdtrit(self.freedom, doubt)) * self.error


def common_draws(sides: Sequence[dict[Draw, Sums]]) -> list[tuple[Draw, list[Sums]]]:
    """The draws of several methods together, with what each method has under them.

    A method that has nothing of a source in it, or is not drawn anew, stands with its one draw of
    it; but never with another split, whose items are others.
    """
    values = [sorted({getattr(draw, name) for side in sides for draw in side}) for name in SOURCES]
    found = []
    for draw in (Draw(*which) for which in product(*values)):
        own = [_under(draw, side) for side in sides]
        if all(one is not None for one in own):
            found.append((draw, [one for one in own if one is not None]))
    return found


def _under(draw: Draw, side: dict[Draw, Sums]) -> Sums | None:
    kept = (SOURCES, ("split", "mining"), ("split", "training"), ("split",))
    return next((side[one] for only in kept if (one := draw.only(*only)) in side), None)


def luck(points: dict[Draw, float]) -> Luck | None:
    """What a difference's draws vary; None of one draw.

    Draws lie within one another, so that those of the outermost source that is drawn several times
    are what is independent: the means under each.
    """
    for name in SOURCES:
        groups: dict[int, list[float]] = {}
        for draw, one in points.items():
            groups.setdefault(getattr(draw, name), []).append(one)
        if len(groups) > 1:
            means = [float(np.mean(group)) for group in groups.values()]
            error = float(np.std(means, ddof=1)) / len(means) ** 0.5
            return Luck(error, len(means) - 1)
    return None


def mean_luck(countries: Sequence[dict[Draw, float]]) -> Luck | None:
    """That of the mean over countries, which share splits and draw all else for themselves."""
    if not countries:
        return None
    if any(draw.split for draws in countries for draw in draws):
        shared = set(countries[0]).intersection(*countries[1:])
        return luck({draw: float(np.mean([one[draw] for one in countries])) for draw in shared})
    found = [one for one in map(luck, countries) if one]
    if not found:
        return None
    squares = np.array([one.error**2 for one in found])
    own = np.array([one.freedom for one in found])
    # Satterthwaite's: countries need not vary alike (Biometrics Bulletin 2:110, 1946).
    freedom = squares.sum() ** 2 / (squares**2 / own).sum() if squares.any() else own.sum()
    return Luck(float(np.sqrt(squares.sum())) / len(countries), float(freedom))
