"""How near a distribution of answers is to people's: shares per option, item by item.

- similarity: 1 - d, d the Jensen-Shannon distance (square root) with logarithms to base 2, as in
  GlobalOpinionQA (Durmus et al. 2023), who do not state their base.
- Wasserstein: W1 on codes scaled to 0..1, as in WorldValuesBench; ordinal items only.
- how sure: Pearson's correlation over items of normalised entropies, and of largest shares, between
  the answers and the people, as in PACT. Answers may be near in their means and yet far too sure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mores.method.items import Item


def similarity(p: npt.ArrayLike, q: npt.ArrayLike) -> float:
    """1 - the Jensen-Shannon distance of two distributions, 0..1; 1 where they are the same.

    Not scipy's `jensenshannon`, which is nan where rounding makes the divergence negative.
    """
    p, q = np.asarray(p), np.asarray(q)
    divergence = (_to_middle(p, q) + _to_middle(q, p)) / (2 * np.log(2))
    return float(1 - np.sqrt(np.clip(divergence, 0, 1)))


def _to_middle(p: np.ndarray, q: np.ndarray) -> float:
    """The relative entropy of `p` to the mean of both, in nats.

    Not scipy's `rel_entr`, which takes longer to import than a cell to score.
    """
    held = p > 0
    return float((p[held] * np.log(2 * p[held] / (p + q)[held])).sum())


def wasserstein(p: npt.ArrayLike, q: npt.ArrayLike, codes: Sequence[int]) -> float:
    """How far shares must be moved along the codes, in whole scales (0..1), to make p of q."""
    ahead = np.cumsum(np.subtract(p, q))[:-1]
    return float(np.abs(ahead) @ np.diff(codes) / (codes[-1] - codes[0]))


def normalised_entropy(p: npt.ArrayLike) -> float:
    """0 where all say the same, 1 where all options are equally frequent."""
    p = np.asarray(p)
    held = p[p > 0]
    return abs(float((held * np.log(held)).sum())) / float(np.log(len(p)))


def correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Pearson's correlation; nan of fewer than three pairs, or where one side does not vary."""
    if len(a) < 3 or np.ptp(a) < 1e-12 or np.ptp(b) < 1e-12:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def in_order(shares: Mapping[str, float], item: Item) -> np.ndarray | None:
    """Shares in the order of the item's codes, renormalised over these; None if they have none."""
    found = np.array([shares.get(str(code), 0.0) for code in item.codes], dtype=float)
    return found / found.sum() if found.sum() > 0 else None


def answered(rows: Sequence[dict], item: Item) -> np.ndarray | None:
    """The distribution of an item's answer rows, the mean over those that are valid.

    A row has `shares` of its own, by code, or none of them where nobody told any; one without the
    key has all of it on its `choice`.
    """
    told = [
        row["shares"] or {} if "shares" in row else {str(row["choice"]): 1.0}
        for row in rows
        if row["choice"] is not None
    ]
    found = [one for shares in told if (one := in_order(shares, item)) is not None]
    return np.mean(found, axis=0) if found else None


@dataclass(frozen=True)
class Compared:
    """An item's distribution, and people's."""

    item: Item
    answers: np.ndarray
    people: np.ndarray

    @property
    def similarity(self) -> float:
        """As above, 0..1."""
        return similarity(self.answers, self.people)

    @property
    def by_code(self) -> dict[str, float]:
        """The answers' shares by code."""
        return dict(zip(map(str, self.item.codes), self.answers.tolist(), strict=True))


def compare(
    rows: Sequence[dict], people: Sequence[dict], items: Mapping[str, Item]
) -> list[Compared]:
    """Answer rows beside people's (`item`, `shares` by code or None), by item, where both are."""
    by_item: dict[str, list[dict]] = {row["item"]: [] for row in people}
    for row in rows:
        by_item[row["item"]].append(row)
    compared = []
    for row in people:
        item = items[row["item"]]
        ours, theirs = answered(by_item[item.id], item), in_order(row.get("shares") or {}, item)
        if ours is not None and theirs is not None:
            compared.append(Compared(item, ours, theirs))
    return compared


def distribution_scores(compared: Sequence[Compared]) -> dict[str, float]:
    """Means and correlations over items; nan where there is nothing to make them of.

    `similarity` 0..100; `wasserstein` 0..1, less is nearer; normalised entropies of the answers and
    of people, 0..1; two correlations, -1..1.
    """
    sides = [(one.answers, one.people) for one in compared]
    ordinal = [one for one in compared if one.item.kind == "ordinal"]
    moved = [wasserstein(one.answers, one.people, one.item.codes) for one in ordinal]
    entropies = [(normalised_entropy(p), normalised_entropy(q)) for p, q in sides]
    largest = [(float(p.max()), float(q.max())) for p, q in sides]
    return {
        "similarity": 100 * _mean([one.similarity for one in compared]),
        "wasserstein": _mean(moved),
        "entropy": _mean([one for one, _ in entropies]),
        "people_entropy": _mean([other for _, other in entropies]),
        "entropy_correlation": _of_pairs(entropies),
        "top_share_correlation": _of_pairs(largest),
    }


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _of_pairs(pairs: Sequence[tuple[float, float]]) -> float:
    return correlation([one for one, _ in pairs], [other for _, other in pairs])
