"""A survey in the shape of WVS-7, drawn from a seed: its people and their answers are invented.

`write_microdata` writes it as the WVS distributes its own (a row a respondent), `write_aggregate`
as research code publishes shares of it.
"""

import json
import random
from functools import cache
from pathlib import Path

import polars as pl
import yaml

from mores.method.items import load_bank

ROOT = Path(__file__).parents[1]
BANK = load_bank(ROOT / "resources/items/wvs7.yaml")
COUNTRIES = yaml.safe_load((ROOT / "config/wvs7.yaml").read_text())["countries"]
SIZES = {country: 50 + 7 * place for place, country in enumerate(COUNTRIES)}  # respondents
UNASKED = {"CHN": [*BANK.items][75:149:2]}  # 37, as many as in the real survey's China
NO_ANSWER, NOT_ASKED = (-1, -2), -4
SILENT = 0.06  # of the respondents that are asked


@cache
def respondents() -> pl.DataFrame:
    """A row each: country, weight, and a code for every item, negative where there is no answer."""
    drawn = random.Random(7)
    countries = []
    for country, size in SIZES.items():
        columns = {"B_COUNTRY_ALPHA": [country] * size}
        columns["W_WEIGHT"] = [round(drawn.uniform(0.4, 1.6), 6) for _ in range(size)]
        for name, item in BANK.items.items():
            if name in UNASKED.get(country, ()):
                columns[name] = [NOT_ASKED] * size
                continue
            weights = [drawn.random() ** 2 for _ in item.codes]
            codes = drawn.choices(item.codes, weights, k=size)
            columns[name] = [
                drawn.choice(NO_ANSWER) if drawn.random() < SILENT else code for code in codes
            ]
        countries.append(pl.DataFrame(columns))
    return pl.concat(countries)


def write_microdata(path: Path) -> Path:
    """CSV; besides what is read it has what else the WVS's files have, in whatever encoding."""
    frame = respondents().with_columns(pl.lit("Wave 7").alias("A_WAVE"), pl.lit(1).alias("Q223"))
    path.write_bytes(frame.write_csv().encode().replace(b"Wave 7", "Größe".encode("latin-1")))
    return path


def shares() -> dict[str, dict[str, dict[str, float]]]:
    """Country to item to code to share of *all* respondents, so that shares sum to less than 1.

    Kenya's codes for missing answers stand among the others; an item nobody was asked has none.
    """
    found = {}
    for (country,), frame in respondents().partition_by("B_COUNTRY_ALPHA", as_dict=True).items():
        found[country] = {}
        for name in BANK.items:
            counts = sorted(frame[name].value_counts().iter_rows())
            kept = [(code, count) for code, count in counts if code >= 0 or country == "KEN"]
            found[country][name] = {str(code): count / len(frame) for code, count in kept}
    return found


def write_aggregate(path: Path) -> Path:
    """JSON."""
    path.write_text(json.dumps(shares()))
    return path
