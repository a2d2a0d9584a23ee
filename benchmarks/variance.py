"""Are the parts of the variance, and intervals with replicates in them, what they promise?

Scores are drawn with known components, and parted anew in each run: printed are, for each design
and component, the true standard deviation, the square root of the mean estimated variance (equal to
it without bias), and the share of intervals (0.95) that hold the truth.

Then contrasts: two methods of the same worth answer the paper's items for 18 countries (as in
inference.py). Norm draws shift the answers of a country's topics; trainings bring all answers of a
country nearer to gold, or further from it, by a share that is drawn. Printed is the share of
intervals that hold the truth, of a country and of the mean, by topics alone and with what draws
vary, and their mean width in points.

    python benchmarks/variance.py [--runs 1000]
"""

import argparse
import json
import sys

import numpy as np
from inference import COUNTRIES, SPEC, Study  # beside this file, with the library on its path

from mores.method.draws import Draw
from mores.scoring.flips import by_topic, test_gains
from mores.scoring.gains import gain, mean_gain
from mores.scoring.luck import luck, mean_luck, widened
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
SHIFTS = {"norm draws 0.05": {"draw": 0.05}, "trainings 0.1": {"pull": 0.1}}
DRAWS = (1, 3, 5)


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


def answers(study: Study, rng, draw: float = 0.0, pull: float = 0.0) -> list[Sums]:
    """One method's answers under one draw; every country is trained for itself."""
    return study.answers(rng, draw=draw, pull=rng.normal(0, pull, (COUNTRIES, 1)))


def covered(study: Study, shifts: dict[str, float], draws: int, runs: int) -> dict[str, float]:
    """The share of intervals around no difference that hold it."""
    rng = np.random.default_rng(7)
    topical = by_topic(study.topics, SPEC)
    held: dict[str, list[float]] = {}
    for _ in range(runs):
        answered = [[answers(study, rng, **shifts) for _ in range(draws)] for _ in range(2)]
        by_country = []
        for sides in zip(*answered[0], *answered[1], strict=True):
            pairs = zip(sides[:draws], sides[draws:], strict=True)
            by_country.append({Draw(mining=at): gain(*pair) for at, pair in enumerate(pairs)})
        points = [{draw: one.points for draw, one in gains.items()} for gains in by_country]
        means = [mean_gain([*gains.values()]) for gains in by_country]
        tested = test_gains([means[0], mean_gain(means)], topical, SPEC)
        for name, one, of in zip(
            ("country", "mean"), tested, (luck(points[0]), mean_luck(points)), strict=True
        ):
            wide = widened(one, of, SPEC.confidence)
            for how, told in (("by topics", one), ("with draws", wide)):
                held.setdefault(f"{name}, {how}", []).append(told.low <= 0 <= told.high)
                held.setdefault(f"{name}, {how}: width", []).append(told.high - told.low)
    return {name: float(np.mean(of)) for name, of in held.items()}


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
        f"{name}, {draws} draws": covered(study, shifts, draws, runs)
        for name, shifts in SHIFTS.items()
        for draws in DRAWS
    }
    json.dump({"components": found, "contrasts": contrasts}, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
