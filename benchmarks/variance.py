"""Are the parts of the variance, and intervals with replicates in them, what they promise?

Scores are drawn with known components, and parted anew in each run: printed are, for each design
and component, the true standard deviation, the square root of the mean estimated variance (equal to
it without bias), and the share of intervals (0.95) that hold the truth.

Then contrasts: two methods of the same worth answer the paper's items for 18 countries (as in
inference.py). Norm draws shift the answers of a country's topics; trainings bring all answers of a
country nearer to gold, or further from it, by a share that is drawn. Printed, by topics alone and
with what draws vary: the share of intervals that hold the truth, and of p-values that are at 0.05
or below though there is nothing to find, of a country and of the mean; the interval's mean width in
points; how often any of the countries has an adjusted p-value at 0.05 or below; and how often the
mean is found of a method that is nearer to gold, so that it scores 1.5 points more.

    python benchmarks/variance.py [--runs 1000]
"""

import argparse
import json
import sys

import numpy as np
from inference import COUNTRIES, SPEC, Study  # beside this file, with the library on its path

from mores.method.draws import Draw
from mores.scoring.flips import adjusted, by_topic, test_gains
from mores.scoring.gains import gain, mean_gain
from mores.scoring.luck import luck, mean_luck
from mores.scoring.resample import Sums
from mores.scoring.variance import components

# Countries, then draws from the outermost part to the innermost, and the parts' sds in points.
DESIGNS = {
    "3 minings": ((18, 3, 5), (1.0, 4.0)),
    "3 minings, of few countries": ((6, 3, 3), (2.0, 6.0)),
    "3 minings, 2 trainings": ((6, 3, 2, 5), (2.0, 1.0, 4.0)),
    "no mining effect": ((6, 3, 2, 5), (0.0, 1.0, 4.0)),
    "4 splits, 2 minings, 2 trainings": ((6, 4, 2, 2, 5), (2.0, 1.0, 0.5, 4.0)),
}
UNEVEN = np.where(np.arange(COUNTRIES) % 6, 0.05, 0.25)[:, None]
SHIFTS = {
    "norm draws 0.05": {"draw": 0.05},
    "trainings 0.1": {"pull": 0.1},
    "trainings 0.25 in three countries, 0.05 in others": {"pull": UNEVEN},
}
DRAWS = (1, 2, 3, 5)
BETTER = 0.05  # the share by which a method is nearer to gold, where power is asked for


def scores(rng: np.random.Generator, shape: tuple[int, ...], sds: tuple[float, ...]) -> np.ndarray:
    """Scores with nested effects of these standard deviations, around a country's own."""
    found = rng.normal(60, 5, (shape[0], *[1] * len(sds)))
    for level, sd in enumerate(sds, 2):
        found = found + rng.normal(0, sd, (*shape[:level], *[1] * (len(shape) - level)))
    return found


def parted(shape: tuple[int, ...], sds: tuple[float, ...], runs: int, seed: int) -> list[dict]:
    """What is estimated of each component, over many draws."""
    rng = np.random.default_rng(seed)
    found = [components(scores(rng, shape, sds), 0.95) for _ in range(runs)]
    rows = []
    for level, sd in enumerate(sds):
        own = [one[level] for one in found]
        mean = np.mean([one.variance for one in own])
        error = np.std([one.variance for one in own]) / runs**0.5
        covered = np.mean([one.low <= sd**2 <= one.high for one in own])
        rows.append(
            {
                "sd": sd,
                "estimated": float(np.sqrt(max(mean, 0))),
                "bias_in_standard_errors": float((mean - sd**2) / error),
                "coverage": float(covered),
            }
        )
    return rows


def drawn(study: Study, rng, draws: int, draw=0.0, pull=0.0, better=0.0) -> list[list[Sums]]:
    """One method's answers under each draw; every country is trained for itself."""
    return [
        study.answers(rng, draw=draw, pull=better + rng.normal(0, pull, (COUNTRIES, 1)))
        for _ in range(draws)
    ]


def compared(of: list[list[Sums]], against: list[list[Sums]]) -> tuple[list, list]:
    """The gains of countries, and last their mean, over draws; and what draws vary of each."""
    by_country = [
        {Draw(mining=at): gain(*pair) for at, pair in enumerate(zip(*sides, strict=True))}
        for sides in zip(zip(*of, strict=True), zip(*against, strict=True), strict=True)
    ]
    points = [{draw: one.points for draw, one in gains.items()} for gains in by_country]
    means = [mean_gain([*gains.values()]) for gains in by_country]
    return [*means, mean_gain(means)], [*map(luck, points), mean_luck(points)]


def contrasted(study: Study, shifts: dict, draws: int, runs: int) -> dict[str, float]:
    """What is said of two methods that do not differ, and of one that is better."""
    rng = np.random.default_rng(7)
    topical = by_topic(study.topics, SPEC)
    held: dict[str, list[float]] = {}
    for _ in range(runs):
        against = drawn(study, rng, draws, **shifts)
        for better in (0.0, BETTER):
            of = drawn(study, rng, draws, **shifts, better=better)
            gains, lucks = compared(of, against)
            for how, known in (("by topics", [None] * len(lucks)), ("with draws", lucks)):
                found = test_gains(gains, topical, SPEC, lucks=known)
                if better:
                    held.setdefault(f"{how}: mean found", []).append(found[-1].p <= 0.05)
                    continue
                for name, some in (("country", found[:-1]), ("mean", found[-1:])):
                    told = {
                        "coverage": [one.low <= 0 <= one.high for one in some],
                        "p": [one.p <= 0.05 for one in some],
                        "width": [one.high - one.low for one in some],
                    }
                    for what, values in told.items():
                        held.setdefault(f"{how}: {name}, {what}", []).extend(values)
                family = adjusted(gains[:-1], topical, found[:-1], known[:-1])
                held.setdefault(f"{how}: any country", []).append(min(family) <= 0.05)
    return {name: round(float(np.mean(of)), 3) for name, of in held.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    found = {
        name: parted(shape, sds, runs, seed)
        for seed, (name, (shape, sds)) in enumerate(DESIGNS.items())
    }
    study = Study(None)
    contrasts = {
        f"{name}, {draws} draws": contrasted(study, shifts, draws, runs)
        for name, shifts in SHIFTS.items()
        for draws in DRAWS
    }
    json.dump({"components": found, "contrasts": contrasts}, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
