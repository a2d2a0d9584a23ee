"""The alignment score of CultureSPA (arXiv 2410.12971), and the stricter one beside it.

With gold answer g (the country's most frequent answer) and n options, over all valid answers a:

    S = 1 - sqrt(sum (a - g)^2) / sqrt(sum (n - 1)^2)

`culturespa` is the published script's reading, to the digit: the first run of digits in the answer
counts if it is 0..10, be it an option or not, and other answers are left out. `strict` takes the
option that the final answer names and counts every other answer as n - 1 off, the worst case.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mores.method.items import Bank

DIGITS = re.compile(r"\d+")


def first_integer(text: str) -> int | None:
    """The first run of digits if its value is 0..10, as the published script takes it."""
    match = DIGITS.search(text)
    value = float(match.group()) if match else -1  # which takes any number of digits
    return int(value) if 0 <= value <= 10 else None


@dataclass(frozen=True)
class Tally:
    """Per item (arrays over the items that have a gold answer): what every score is made from.

    `squares` sums (a - g)^2 and `weights` (n - 1)^2 over the answers that count; `strict_squares`
    and `strict_weights` do so in strict mode; `hits` is the share of answers that are the gold one,
    `closeness` the mean of 1 - |a - g| / (n - 1) over the answers that name an option (for nominal
    items of [a = g]; nan where none does), `missed` the share of answers that name none.
    """

    items: tuple[str, ...]
    squares: np.ndarray
    weights: np.ndarray
    strict_squares: np.ndarray
    strict_weights: np.ndarray
    hits: np.ndarray
    closeness: np.ndarray
    missed: np.ndarray

    def score(self) -> float:
        """Alignment, 0..100; nan where no answer counts."""
        return float(alignment(self.squares.sum(), self.weights.sum()))

    def strict(self) -> float:
        """Strict alignment, 0..100; an invalid answer is as far off as can be."""
        return float(alignment(self.strict_squares.sum(), self.strict_weights.sum()))

    def strict_best(self) -> float:
        """Strict alignment if every invalid answer had been the gold one."""
        spans = np.where(np.isnan(self.missed), 0, self.missed) * self.strict_weights
        return float(alignment((self.strict_squares - spans).sum(), self.strict_weights.sum()))

    @property
    def n_valid(self) -> int:
        """Items with an answer that counts."""
        return int((self.weights > 0).sum())


def alignment(squares: npt.ArrayLike, weights: npt.ArrayLike) -> np.ndarray:
    """100 S from summed squares and summed squared spans; nan where nothing counts."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * (1 - np.sqrt(np.maximum(squares, 0)) / np.sqrt(weights)))


def tally(rows: Sequence[dict], gold: dict[str, int], bank: Bank) -> Tally:
    """Tally answers (`item`, `answer`: final text, `choice`: code or None) of items with gold."""
    names = tuple(name for name in bank.items if name in gold)
    grouped: dict[str, list[dict]] = {name: [] for name in names}
    for row in rows:
        if row["item"] in grouped:
            grouped[row["item"]].append(row)
    columns = [_tally_item(grouped[name], gold[name], bank.items[name]) for name in names]
    return Tally(names, *np.array(columns, dtype=float).reshape(len(names), 7).T)


def by_sample(rows: Sequence[dict], gold: dict[str, int], bank: Bank) -> list[float]:
    """Alignment of each sample by itself: of the first answers to all items, of the second..."""
    sums = {sample: [0, 0] for sample in sorted({row["sample"] for row in rows})}
    for row in rows:
        value = first_integer(row["answer"]) if row["item"] in gold else None
        if value is not None:
            own = sums[row["sample"]]
            own[0] += (value - gold[row["item"]]) ** 2
            own[1] += (len(bank.items[row["item"]].codes) - 1) ** 2
    return [float(alignment(*own)) for own in sums.values()]


def _tally_item(rows: list[dict], gold: int, item) -> tuple[float, ...]:
    span = len(item.codes) - 1
    loose = [value for row in rows if (value := first_integer(row["answer"])) is not None]
    named = [row["choice"] for row in rows if row["choice"] is not None]
    missed = len(rows) - len(named)
    if item.kind == "nominal":
        near = [float(choice == gold) for choice in named]
    else:
        near = [1 - abs(choice - gold) / span for choice in named]
    return (
        sum((value - gold) ** 2 for value in loose),
        len(loose) * span**2,
        sum((choice - gold) ** 2 for choice in named) + missed * span**2,
        len(rows) * span**2,
        sum(choice == gold for choice in named) / len(rows) if rows else np.nan,
        float(np.mean(near)) if near else np.nan,
        missed / len(rows) if rows else np.nan,
    )
