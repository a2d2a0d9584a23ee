"""Consistency: whether a method answers alike however its questions are put.

A variant is a method that puts its questions with options in another order, with letters, or
reworded (`mores.method.variants`). It is held against the method that is the same but for that.
"""

from collections import defaultdict

import numpy as np


def compare_variants(rows: list[dict], cells: list[dict], score: str, mean: str) -> None:
    """Tell in the rows of cells, and of their `mean` over countries, how variants compare.

    A cell's `variant_of` names its plain method, if it has one. A variant's row gets that name and
    `consistency`: per cent of the items with a valid answer in both whose most frequent answer is
    the same. The plain method's row gets `spread`: the largest less the smallest score of itself
    and its variants.
    """
    at = {(row["model"], row["method"], row["country"]): row for row in rows}
    by_key = {(cell["model"], cell["method"], cell["country"]): cell for cell in cells}
    rates: dict[tuple, list[float]] = defaultdict(list)
    scores: dict[tuple, dict[str, float]] = defaultdict(dict)
    for cell in cells:
        model, country, method = cell["model"], cell["country"], cell.get("variant_of")
        plain = by_key.get((model, method, country))
        if plain is None:
            continue
        rate = consistency(cell["chosen"], plain["chosen"])
        for place in (country, mean):
            row = at[model, cell["method"], place]
            rates[model, cell["method"], place].append(rate)
            row["variant_of"] = method
            row["consistency"] = _mean(rates[model, cell["method"], place])
            scores[model, method, place][cell["method"]] = row[score]
    for key, of_variants in scores.items():
        at[key]["spread"] = float(np.ptp([at[key][score], *of_variants.values()]))


def _mean(rates: list[float]) -> float:
    known = [rate for rate in rates if not np.isnan(rate)]
    return float(np.mean(known)) if known else float("nan")


def consistency(one: dict[str, int], other: dict[str, int]) -> float:
    """Per cent of the items that both answer whose answer is the same; nan of no such item."""
    both = one.keys() & other.keys()
    return 100 * sum(one[item] == other[item] for item in both) / len(both) if both else np.nan
