"""The demo survey: invented countries whose answers follow planted values per country and topic."""

import random
from collections import Counter

from mores.demo.language import LEVELS, implied
from mores.method.items import Bank, Item

COUNTRIES = ("XAV", "XBO", "XDU", "XKI", "XLE", "XMO")
STRAY = 0.12  # share of items on which a country's top answer is off what its value implies
SHARED = 0.25  # chance that a country's value on a topic is the one most countries share
SPREAD = 0.45  # each step away from the top answer is chosen this often as the step before it
SILENT = 0.06  # respondents without a valid answer


def plant_values(bank: Bank, seed: int) -> dict[str, dict[str, int]]:
    """A level for every country and topic; some of it is shared, as between real countries."""
    rng = random.Random(f"{seed}:values")
    common = {topic: rng.randrange(len(LEVELS)) for topic in bank.topics}
    return {
        country: {
            topic: common[topic] if rng.random() < SHARED else rng.randrange(len(LEVELS))
            for topic in bank.topics
        }
        for country in COUNTRIES
    }


def draw_survey(bank: Bank, values: dict[str, dict[str, int]], seed: int) -> dict:
    """Shares of all respondents per country, item and code, exact multiples of 1/respondents.

    Shares sum to less than one: as in real surveys some respondents give no valid answer.
    """
    survey = {}
    for country, levels in values.items():
        rng = random.Random(f"{seed}:{country}")
        respondents = rng.randint(900, 1400)
        survey[country] = {
            item.id: _shares(item, levels[item.topic], respondents, rng)
            for item in bank.items.values()
        }
    return survey


def _shares(item: Item, level: int, respondents: int, rng: random.Random) -> dict[str, float]:
    codes = list(item.codes)
    top = codes.index(implied(item, level))
    if rng.random() < STRAY:
        top = rng.choice([step for step in (top - 1, top + 1) if 0 <= step < len(codes)])
    weights = [SPREAD ** abs(position - top) for position in range(len(codes))]
    valid = sum(rng.random() >= SILENT for _ in range(respondents))
    counts = Counter(rng.choices(codes, weights, k=valid))
    return {str(code): counts[code] / respondents for code in codes if counts[code]}
