"""What a glance at the words says of norms: near-duplicates, contradictions, the over-generic."""

from collections.abc import Iterator
from itertools import combinations

from mores.scoring.review.words import sense

ALIKE = 0.5  # of two norms' stems, from which they are on the same thing
GENERIC, DUPLICATE, CONTRADICTION = "generic", "duplicate", "contradiction"


def relation(one: str, other: str, names: frozenset[str] = frozenset()) -> str | None:
    """How two norms of a country stand to each other: duplicate, contradiction, or neither."""
    first, second = sense(one, names), sense(other, names)
    if first.alike(second) < ALIKE:
        return None
    return DUPLICATE if first.negative == second.negative else CONTRADICTION


def is_generic(text: str, names: frozenset[str] = frozenset()) -> bool:
    """Whether a norm names nothing that not any norm of any country might name."""
    return not sense(text, names).telling


def flags(
    norms: dict[str, str], mined: set[str], names: frozenset[str] = frozenset()
) -> dict[str, str]:
    """By id, what is flagged of a topic's norms of one country: `generic duplicate:ID ...`.

    A norm is held against those that were `mined`, so that no planted control makes it suspect.
    """
    found: dict[str, list[str]] = {name: [] for name in norms}
    for name, text in norms.items():
        if is_generic(text, names):
            found[name].append(GENERIC)
    for one, other, how in related(norms, names):
        if other in mined:
            found[one].append(f"{how}:{other}")
        if one in mined:
            found[other].append(f"{how}:{one}")
    return {name: " ".join(told) for name, told in found.items()}


def related(norms: dict[str, str], names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Pairs of ids whose norms are near-duplicates or contradict each other."""
    for one, other in combinations(norms, 2):
        if how := relation(norms[one], norms[other], names):
            yield one, other, how
