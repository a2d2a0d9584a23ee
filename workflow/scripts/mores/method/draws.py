"""Draws: a replicate is the same model drawing anew, under a name that says which draw of what.

`demo+m1t2` is the model `demo` with the second draw of mined norms and, of these, the third
training (of traces and adapter). What is not named is the study's own draw, number 0, whose name is
the model's: nothing is called, or drawn, otherwise for there being replicates. No name of a user's
has a plus.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Self

from mores.canonical import canonical

SOURCES = ("split", "mining", "training")  # from what shapes all the rest to what shapes nothing
SIGN = "+"


@dataclass(frozen=True, order=True)
class Draw:
    """Which draw of the split, of norms from its training items, of a training on these."""

    split: int = 0
    mining: int = 0
    training: int = 0

    @classmethod
    def of(cls, model: str) -> tuple[str, Self]:
        """The model of a name, and its draw."""
        name, _, signs = model.partition(SIGN)
        told = {sign: int(number) for sign, number in re.findall(r"([a-z])(\d+)", signs)}
        return name, cls(*(told.get(source[0], 0) for source in SOURCES))

    def named(self, model: str) -> str:
        """The name of a model under this draw."""
        signs = [f"{name[0]}{count}" for name in SOURCES if (count := getattr(self, name))]
        return f"{model}{SIGN}{''.join(signs)}" if signs else model

    def only(self, *sources: str) -> Self:
        """The same as far as these are drawn."""
        return replace(self, **{name: 0 for name in SOURCES if name not in sources})

    def seed(self, seed: int) -> int:
        """A seed of the configuration as it is under this draw."""
        if self == Draw():
            return seed
        drawn = hashlib.sha256(canonical([seed, *self.__dict__.values()]).encode()).digest()
        return int.from_bytes(drawn[:4], "big") >> 1
