"""Do p-values, intervals and adjusted p-values keep what they promise? A simulation.

Two methods of the same worth answer the paper's 194 test items for 18 countries; how they err is
drawn anew in each run. Answers scatter about centres on the scale of 0 to 1, five an item, rounded
to options. On top of that, by scenario:

    exchangeable    nothing
    norm draws      each country's topic is shifted, by a norm set of its own (sd 0.05, 0.10)
    topic effects   a topic is shifted in all countries (sd 0.05)
    run effects     all answers of a country are shifted, by a training run of its own (sd 0.05)

Printed as JSON, by scenario: the share of false positives at 0.05 and of intervals (0.95) that hold
the truth, of single countries and of the mean, by topic and by item; the same of a jackknife over
topics with t quantiles; how often any adjusted p of the family is below 0.05; and the power against
the smallest detectable difference as stated.

    python benchmarks/inference.py [--runs 1000] [--survey FILE]

Without a survey file gold answers and centres are drawn.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from scipy import stats

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))

from mores.method.items import load_bank  # noqa: E402
from mores.scoring.flips import adjusted, by_item, by_topic, test_gains  # noqa: E402
from mores.scoring.gains import Gain, gain, mean_gain  # noqa: E402
from mores.scoring.resample import Resampling, Sums  # noqa: E402
from mores.survey.split import Split, split_items  # noqa: E402

BANK = load_bank(ROOT / "resources/items/wvs7.yaml")
COUNTRIES, SAMPLES, NOISE = 18, 5, 0.15
BESIDE = 6  # methods of no worth beside one that has some
SCENARIOS = {
    "exchangeable": {},
    "norm draws 0.05": {"draw": 0.05},
    "norm draws 0.10": {"draw": 0.10},
    "topic effects 0.05": {"topic": 0.05},
    "both 0.05": {"draw": 0.05, "topic": 0.05},
    "run effects 0.05": {"run": 0.05},
}
SPEC = Resampling(permutations=10_000)
BY_ITEM = Resampling(permutations=1000)  # fewer, since each run draws none anew


class Study:
    """What stays the same in all runs: items, gold answers, and where answers lie about."""

    def __init__(self, survey: str | None):
        parts = split_items(BANK, Split())
        items = [item for item in BANK.items.values() if parts[item.id] == "test"]
        self.spans = np.array([len(item.codes) - 1.0 for item in items])
        self.topics = [item.topic for item in items]
        names = sorted(set(self.topics))
        self.of_topic = np.eye(len(names))[[names.index(topic) for topic in self.topics]].T
        rng = np.random.default_rng(1)
        shape = COUNTRIES, len(items)
        self.gold = np.round(rng.beta(1, 1.2, shape) * self.spans) / self.spans
        if survey:
            self.gold = read_gold(survey, items)
        level = np.nanmean(self.gold, axis=0)
        self.centres = np.clip(level + rng.normal(0, 0.2, shape), 0, 1)

    def answers(self, rng, draw=0.0, topic=0.0, run=0.0, pull=0.0) -> list[Sums]:
        """One method's answers in each country; `pull` moves centres that far towards gold."""
        topics = len(self.of_topic)
        shifts = rng.normal(0, draw, (COUNTRIES, topics)) + rng.normal(0, topic, topics)
        centres = self.centres + pull * (np.nan_to_num(self.gold) - self.centres)
        centres = centres + shifts @ self.of_topic + rng.normal(0, run, (COUNTRIES, 1))
        scatter = rng.normal(0, NOISE, (*centres.shape, SAMPLES))
        codes = np.round((np.clip(centres, 0, 1)[..., None] + scatter) * self.spans[:, None])
        off = np.clip(codes, 0, self.spans[:, None]) - (self.gold * self.spans)[..., None]
        known = ~np.isnan(self.gold)
        squares = np.where(known, (off**2).sum(axis=-1), 0)
        return [
            Sums(amount, SAMPLES * self.spans**2 * counts)
            for amount, counts in zip(squares, known, strict=True)
        ]


def read_gold(survey: str, items: list) -> np.ndarray:
    """The countries' most frequent answers on the scale of 0 to 1; nan where there is none."""
    from mores.survey.importing import read_survey

    marginals = read_survey(survey, BANK)
    tops = marginals.filter(marginals["top"]).select("country", "item", "code").rows()
    codes = {(country, item): code for country, item, code in tops}
    countries = sorted({country for country, _ in codes})[:COUNTRIES]
    spans = [(item.codes[0], len(item.codes) - 1) for item in items]
    return np.array(
        [
            [
                (codes.get((country, item.id), np.nan) - first) / span
                for item, (first, span) in zip(items, spans, strict=True)
            ]
            for country in countries
        ]
    )


def compared(of: list[Sums], against: list[Sums]) -> list[Gain]:
    """The gains of single countries, and then their mean."""
    gains = [gain(a, b) for a, b in zip(of, against, strict=True)]
    known = [one for one in gains if one]
    return [*known, mean_gain(known)]


def jackknife(gains: list[Gain], topics: np.ndarray) -> np.ndarray:
    """Whether a jackknife over topics with t quantiles holds zero, for comparison."""
    parts = np.array([one.parts for one in gains]) @ topics.T
    shares = np.array([one.shares for one in gains]) @ topics.T
    count = len(topics)
    left_out = (parts.sum(axis=1, keepdims=True) - parts) / (1 - shares)
    spread = left_out - left_out.mean(axis=1, keepdims=True)
    error = np.sqrt((count - 1) / count * (spread**2).sum(axis=1))
    return np.abs(parts.sum(axis=1)) <= stats.t.ppf(0.975, count - 1) * error


def simulate(study: Study, runs: int, effects: dict[str, float]) -> dict[str, dict]:
    """False positives and coverage where both methods are of the same worth."""
    topical, single = by_topic(study.topics, SPEC), by_item(len(study.topics), BY_ITEM)
    kept: dict[str, list] = {name: [] for name in ("p", "held", "item_p", "item_held", "t_held")}
    families = []
    for run in range(runs):
        rng = np.random.default_rng([7, run])
        gains = compared(study.answers(rng, **effects), study.answers(rng, **effects))
        for name, design, spec in (("", topical, SPEC), ("item_", single, BY_ITEM)):
            found = test_gains(gains, design, spec)
            kept[f"{name}p"].append([one.p <= 0.05 for one in found])
            kept[f"{name}held"].append([one.low <= 0 <= one.high for one in found])
        kept["t_held"].append(jackknife(gains, study.of_topic))
        families.append(min(adjusted(gains[:-1], topical)) <= 0.05)
    told = {
        name: {"country": rounded(values, slice(-1)), "mean": rounded(values, slice(-1, None))}
        for name, values in kept.items()
    }
    return told | {"family_wise_error": round(float(np.mean(families)), 3)}


def rounded(values: list, rows: slice) -> float:
    return round(float(np.array(values)[:, rows].mean()), 3)


def power(study: Study, runs: int) -> dict[str, float]:
    """How often the mean's stated smallest detectable difference is found, where it is true.

    By its own p-value, and by the adjusted one where six methods of no worth stand beside it.
    """
    topical, effects = by_topic(study.topics, SPEC), SCENARIOS["both 0.05"]
    stated = np.median([_mean(study, [8, n], topical, effects).detectable for n in range(60)])
    pulls = np.linspace(0, 0.3, 7)
    truths = [
        np.mean([_mean(study, [9, n], topical, effects, pull).difference for n in range(60)])
        for pull in pulls
    ]
    pull = float(np.interp(stated, truths, pulls))
    found = [_mean(study, [10, n], topical, effects, pull) for n in range(runs)]
    beside = [_adjusted(study, [11, n], topical, effects, pull) for n in range(runs)]
    return {
        "stated": round(float(stated), 2),
        "true": round(float(np.mean([one.difference for one in found])), 2),
        "found": round(float(np.mean([one.p <= 0.05 for one in found])), 3),
        "found_adjusted": round(float(np.mean([p <= 0.05 for p in beside])), 3),
    }


def _mean(study: Study, seed: list[int], design, effects: dict, pull: float = 0.0):
    rng = np.random.default_rng(seed)
    gains = compared(study.answers(rng, **effects, pull=pull), study.answers(rng, **effects))
    return test_gains(gains[-1:], design, SPEC)[0]


def _adjusted(study: Study, seed: list[int], design, effects: dict, pull: float) -> float:
    """The adjusted p of the mean of a method that is worth something, beside others."""
    rng = np.random.default_rng(seed)
    against = study.answers(rng, **effects)
    methods = [study.answers(rng, **effects, pull=one) for one in (pull, *[0.0] * BESIDE)]
    return adjusted([compared(of, against)[-1] for of in methods], design)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--survey", help="survey file, for the countries' real answers")
    args = parser.parse_args()
    study = Study(args.survey)
    for name, effects in SCENARIOS.items():
        print(json.dumps({name: simulate(study, args.runs, effects)}), flush=True)
    print(json.dumps({"power": power(study, args.runs)}))


if __name__ == "__main__":
    main()
