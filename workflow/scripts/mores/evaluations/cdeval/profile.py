"""Likelihoods of the high poles, by dimension and by dimension and domain, in every resample."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mores.evaluations.cdeval.items import DIMENSIONS

ALL = "ALL"
"""In a domain's place all domains; in a dimension's place the mean over dimensions."""


@dataclass(frozen=True)
class Items:
    """What is asked, by `DIMENSION DOMAIN`; all cells of a table are over the same items."""

    topics: tuple[str, ...]

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """Of each item the dimension and the domain."""
        parted = [topic.partition(" ") for topic in self.topics]
        return [(dimension, domain) for dimension, _, domain in parted]

    @cached_property
    def dimensions(self) -> list[str]:
        """Those that have items, in Hofstede's order."""
        return [one for one in DIMENSIONS if any(part[0] == one for part in self.parts)]

    @cached_property
    def groups(self) -> list[tuple[str, str]]:
        """Of each likelihood the dimension and domain: the dimensions as wholes stand first."""
        return [(one, ALL) for one in self.dimensions] + sorted(set(self.parts))

    @cached_property
    def members(self) -> np.ndarray:
        """Which items (rows) are in which groups (columns): ones and zeros."""
        found = [[group in (part, (part[0], ALL)) for group in self.groups] for part in self.parts]
        return np.array(found, dtype=float)

    def draws(self, resamples: int, seed: int) -> np.ndarray:
        """How often items (columns) count: once, then as each bootstrap resample (rows) drew them.

        2 x (1 + resamples) x items. First as many items of each dimension are drawn as it has, then
        as many of its domains, whole.
        """
        counts = np.ones((2, 1 + resamples, len(self.topics)))
        by_item, by_domain = (np.random.default_rng([seed, way]) for way in (3, 4))
        for dimension in self.dimensions:
            index = [place for place, part in enumerate(self.parts) if part[0] == dimension]
            domains, of = np.unique([self.topics[place] for place in index], return_inverse=True)
            counts[0, 1:, index] = _drawn(by_item, len(index), resamples).T
            counts[1, 1:, index] = _drawn(by_domain, len(domains), resamples).T[of]
        return counts

    def sums(self, of_items: npt.ArrayLike) -> np.ndarray:
        """Sums over the items of each group."""
        return np.asarray(of_items) @ self.members

    def by_part(self, counts: np.ndarray) -> list[np.ndarray]:
        """Draws as `likelihoods` takes them: those of each dimension and domain."""
        return [np.ascontiguousarray(counts[..., index]) for index in self._places]

    def likelihoods(self, cell: dict, counts: list[np.ndarray]) -> np.ndarray:
        """How likely the high pole is, by group (last axis), in each draw.

        nan where no item of the group has an answer in both orders.
        """
        both = np.array([cell["amounts"], cell["weights"]], dtype=float).T
        sums = zip(counts, self._places, strict=True)
        parts = np.stack([block @ both[index] for block, index in sums], axis=-1)
        wholes = parts @ self._wholes
        amounts, weights = np.moveaxis(np.concatenate([wholes, parts], axis=-1), -2, 0)
        return ratio(amounts, weights)

    @cached_property
    def _wholes(self) -> np.ndarray:
        """Which parts (rows) are of which dimension (columns): ones and zeros."""
        parts = self.groups[len(self.dimensions) :]
        return np.array([[part[0] == one for one in self.dimensions] for part in parts], float)

    @cached_property
    def _places(self) -> list[list[int]]:
        """Of each dimension and domain, in the order of the groups, where its items stand."""
        parts = self.groups[len(self.dimensions) :]
        return [[place for place, part in enumerate(self.parts) if part == one] for one in parts]


def ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> np.ndarray:
    """One by the other; nan where the second is zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(above) / np.asarray(below)


def _drawn(rng: np.random.Generator, size: int, resamples: int) -> np.ndarray:
    return rng.multinomial(size, np.full(size, 1 / size), size=resamples)
