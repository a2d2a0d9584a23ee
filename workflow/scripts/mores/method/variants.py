"""Variants: the same question with its options in another order or by letters, or reworded.

What a model answers must not hang on these. An item is put as a variant has it, and what is read is
told in the survey's own codes.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from mores.errors import InputError
from mores.method.items import LETTERS, Item, Lettered
from mores.method.replies import Reader
from mores.method.requests import Completion

Order = Literal["as_is", "reversed", "seeded"]
Labels = Literal["codes", "letters"]


@dataclass(frozen=True)
class Variant:
    """How items are put."""

    order: Order = "as_is"
    """`seeded`: each item's options in an order drawn for it; of a long scale, its direction."""
    labels: Labels = "codes"
    wording: int = 0
    """Which of an item's wordings: 0 is the first; an item with fewer keeps its last."""
    seed: int = 0

    def show(self, item: Item) -> "Shown":
        """An item as this variant puts it."""
        codes = self._ordered(item)
        texts = [item.text(code) for code in codes]
        put = item.model_copy(
            update={
                "wording": [item.wording, *item.wordings][min(self.wording, len(item.wordings))],
                "options": () if item.between else tuple(texts),
                "between": (texts[0], texts[-1]) if item.between else None,
            }
        )
        if self.labels == "letters":
            if len(codes) > len(LETTERS):
                raise InputError(f"{item.id}: {len(codes)} options are more than there are letters")
            put = Lettered.model_construct(**dict(put))
        return Shown(put, dict(zip(item.codes, codes, strict=True)))

    def _ordered(self, item: Item) -> tuple[int, ...]:
        """The codes of the options in the order in which these are put."""
        if self.order == "as_is":
            return item.codes
        if self.order == "reversed" or (item.between and self._drawn(item.id) % 2):
            return item.codes[::-1]
        if item.between:
            return item.codes
        return tuple(sorted(item.codes, key=lambda code: self._drawn(item.id, code)))

    def _drawn(self, *of: str | int) -> int:
        """A number that the seed draws: an item's order changes with no other item."""
        return int(hashlib.sha256(":".join(map(str, (self.seed, *of))).encode()).hexdigest(), 16)


@dataclass(frozen=True)
class Shown:
    """An item as it is put, and by the code that an option has there the survey's own."""

    item: Item
    codes: dict[int, int]

    def code_of(self, code: int) -> int:
        """The code that an option of the survey has here."""
        return next(put for put, own in self.codes.items() if own == code)

    def read(self, completion: Completion, left_open: bool, reader: Reader) -> dict[str, Any]:
        """A reply as `reader` reads it, in the survey's codes.

        Where labels are not the survey's codes, `answer` is the code that the reply names.
        """
        read = reader(completion, self.item, left_open)
        if self.item.unit == "number" and all(put == own for put, own in self.codes.items()):
            return read
        choice = None if read["choice"] is None else self.codes[read["choice"]]
        own = read | {"choice": choice, "answer": "" if choice is None else str(choice)}
        if shares := read.get("shares"):
            own["shares"] = {str(self.codes[int(put)]): share for put, share in shares.items()}
        return own
