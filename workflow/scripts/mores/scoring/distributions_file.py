"""Any file of distributions, scored: the shares that somebody's model gives each option."""

import math
import re
from typing import Any

import numpy as np

from mores.errors import InputError, shown
from mores.method.items import Bank, Item
from mores.rows import read_objects
from mores.scoring.distributions import Compared, distribution_scores, in_order
from mores.survey.answered import answers_by_country
from mores.survey.importing import read_survey

CODE = re.compile(r"\s*-?[0-9]{1,9}\s*")
LARGEST = 1e100  # of a share, as nobody needs it; sums of more may overflow


def score_distributions(survey: str, country: str, answers: str, bank: Bank) -> dict[str, Any]:
    """Scores of a file against the country's shares: see `mores.scoring.distributions`.

    `n_items` counts the items that are compared; `n_answered` those of the file, `n_invalid` those
    without a share on any of the item's codes, `n_not_asked` those that the country was not asked;
    `n_other_codes` those with shares on codes that the item lacks, which are left out.
    """
    stated = read_distributions(answers, bank)
    marginals = read_survey(survey, bank)
    people = answers_by_country(marginals.filter(marginals["country"] == country)).get(country)
    if not people:
        known = ", ".join(marginals["country"].unique().sort())
        raise InputError(f"{survey}: no answers of country {country}; it has {known}")
    compared, invalid = [], 0
    for name in stated.keys() & people.keys():
        shares = in_order(stated[name], bank.items[name])
        if shares is None:
            invalid += 1
        else:
            compared.append(Compared(bank.items[name], shares, people[name].shares))
    compared.sort(key=lambda one: one.item.id)
    return {
        "country": country,
        "mode": "distribution",
        **distribution_scores(compared),
        "n_items": len(compared),
        "n_answered": len(stated),
        "n_invalid": invalid,
        "n_not_asked": len(stated.keys() - people.keys()),
        "n_other_codes": sum(_has_others(one, bank.items[name]) for name, one in stated.items()),
    }


def read_distributions(path: str, bank: Bank) -> dict[str, dict[str, float]]:
    """By item the shares by code of a JSON list or JSONL file; an item's last row counts.

    A row has `item` (or `Q_id`) and `shares`: by code, or a list in the order of the codes; null
    where none was given. What sums to something else than 1 is scaled later. Raises InputError,
    which names the row, for what is no share.
    """
    rows = read_objects(path)
    if not rows:
        raise InputError(f"{path}: no distributions in this file")
    return dict(_row(row, f"{path}, row {number}", bank) for number, row in enumerate(rows, 1))


def _row(row: Any, where: str, bank: Bank) -> tuple[str, dict[str, float]]:
    name = row.get("item", row.get("Q_id")) if isinstance(row, dict) else None
    if name is None or "shares" not in row:
        raise InputError(f"{where}: needs `item` (or `Q_id`) and `shares`")
    item = bank.items.get(str(name))
    if item is None:
        raise InputError(
            f"{where}: the item bank has no {shown(name)}; drop the row or give --bank"
        )
    return item.id, _shares(row["shares"], item, f"{where} ({name})")


def _shares(given: Any, item: Item, where: str) -> dict[str, float]:
    """Shares by code, as they are given."""
    if given is None:
        return {}
    if isinstance(given, list):
        if len(given) != len(item.codes):
            raise InputError(
                f"{where}: {len(given)} shares for {len(item.codes)} options; give one for each, "
                "in the order of the codes, or name the codes"
            )
        given = dict(zip(item.codes, given, strict=True))
    if not isinstance(given, dict):
        raise InputError(f"{where}: shares are a mapping of codes, or a list; mend the row")
    found = {_code(code, where): _share(share, where) for code, share in given.items()}
    if len(found) < len(given):
        raise InputError(f"{where}: a code stands twice, spelt in two ways; drop one")
    return found


def _code(code: int | str, where: str) -> str:
    if not CODE.fullmatch(str(code)):
        raise InputError(f"{where}: {shown(code)} is no code; codes are whole numbers")
    return str(int(code))


def _share(share: Any, where: str) -> float:
    """A share of nothing where it is null; else a number from 0 to `LARGEST`."""
    try:
        found = 0.0 if share is None else float(share)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if isinstance(share, bool) or not 0 <= found <= LARGEST:
        raise InputError(f"{where}: {shown(share)} is no share; a number, 0 or more, is wanted")
    return found


def _has_others(shares: dict[str, float], item: Item) -> bool:
    known = {str(code) for code in item.codes}
    return bool(np.sum([share for code, share in shares.items() if code not in known]) > 0)
