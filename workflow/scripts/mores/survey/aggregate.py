"""Shares per country, item and code in JSON, as research code often publishes them."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mores.errors import InputError, one_line, shown
from mores.method.items import LARGEST_CODE
from mores.rows import read_json
from mores.survey.codes import check_countries

LARGEST_SAMPLE = 20_000
MOST = 1.05  # shares rounded to two digits may sum to a little more than 1
CODE = re.compile(r"0|-?[1-9][0-9]{0,5}")


def read_aggregate(path: Path) -> pl.DataFrame:
    """Answers as `mass` (share of all respondents) and `count` (null where it cannot be told)."""
    survey = read_json(path)
    if not isinstance(survey, dict) or not survey:
        raise InputError(f"{path}: not an object of country to item to code to share")
    check_countries(survey, str(path))
    rows = []
    for country, items in survey.items():
        if not isinstance(items, dict):
            raise InputError(f"{path}: {country}: not an object of item to code to share")
        shares = {
            name: _shares(entry, f"{path}: {country}: {one_line(name)}")
            for name, entry in items.items()
        }
        size = sample_size([share for entry in shares.values() for share in entry.values()])
        for name, entry in shares.items():
            for code, share in entry.items():
                rows.append((country, name, code, share, size and round(share * size)))
    schema = {"country": str, "item": str, "code": pl.Int64, "mass": float, "count": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _shares(entry: Any, where: str) -> dict[int, float]:
    """Codes and shares of one cell, checked."""
    if not isinstance(entry, dict):
        raise InputError(f"{where}: not an object of code to share")
    odd = [code for code in entry if not CODE.fullmatch(code) or int(code) > LARGEST_CODE]
    if odd:
        raise InputError(f"{where}: codes must be whole numbers, not {shown(odd[0])}; mend it")
    shares = {int(code): share for code, share in entry.items()}
    numbers = [share for share in shares.values() if type(share) in (int, float)]
    if len(numbers) < len(shares):
        raise InputError(f"{where}: shares must be numbers; mend them")
    if any(not 0 <= share <= 1 for share in numbers) or sum(numbers) > MOST:
        raise InputError(f"{where}: shares must lie in 0..1 and sum to at most 1; mend them")
    return {code: float(share) for code, share in shares.items()}


def sample_size(shares: list[float]) -> int | None:
    """The smallest n of which all shares are exact multiples of 1/n, or None up to 20,000.

    Unweighted shares over all respondents give a country's sample size away (USA in WVS-7: 2,596).
    """
    values = np.unique(np.array(shares))
    sizes = np.arange(1, LARGEST_SAMPLE + 1)
    for part in np.array_split(values, max(1, len(values) // 20)):
        counts = np.outer(sizes, part)
        sizes = sizes[(np.abs(counts - counts.round()) < 1e-7).all(axis=1)]
    return int(sizes[0]) if len(sizes) and len(values) > 1 else None
