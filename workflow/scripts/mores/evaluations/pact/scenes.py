"""Scenes: a situation, what is expected there, and a person's wish against it."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mores.errors import InputError
from mores.evaluations.pact.file import Columns, Row, read_rows, sha256
from mores.evaluations.pact.regions import REGION, plain


@dataclass(frozen=True)
class Person:
    """Somebody in a scene, by the words of the file."""

    country: str
    age: str
    gender: str


@dataclass(frozen=True)
class Scene:
    """A situation with what is expected there and a wish against it.

    `region` is the base country's, `relation` of the two persons same, close (two countries of one
    region), far, or empty where a region is not known. `allowed` of `raters` would allow the wish.
    """

    where: str
    id: str
    theme: str
    situation: str
    base: str
    region: str
    relation: str
    actor: Person
    receiver: Person
    expectation: str
    preference: str
    allowed: int | None
    raters: int | None


def read_scenes(
    files: Sequence[Path], columns: Columns, per_country: int | None, seed: int
) -> list[Scene]:
    """The scenes of some files, in their order; rows that are alike in all fields are one scene.

    With `per_country`, so many of each base country are drawn: those whose content and `seed` have
    the smallest SHA-256, so that a row added or moved changes little.
    """
    rows = (row for path in files for row in read_rows(path, columns))
    kept = list(rows) if per_country is None else _drawn(rows, per_country, seed)
    found: dict[str, Row] = {}
    for row in kept:
        other = found.setdefault(row.id, row)
        if other.values != row.values:
            raise InputError(
                f"{row.where}: {row.id} is told otherwise in {other.where}; give each an id of its "
                "own, or drop one"
            )
    regions = REGION | {
        plain(row.fields["base_country"]): row.fields["base_region"]
        for row in found.values()
        if row.fields.get("base_region")
    }
    return [_scene(row, regions) for row in found.values()]


def _drawn(rows: Iterator[Row], per_country: int, seed: int) -> list[Row]:
    """Of each base country the `per_country` rows of the smallest digests, in the files' order."""
    heaps: dict[str, list[int]] = {}
    kept: dict[int, tuple[int, Row]] = {}
    for place, row in enumerate(rows):
        rank = int.from_bytes(sha256((str(seed), *row.values)))
        heap = heaps.setdefault(row.values[row.names.index("base_country")], [])
        if rank in kept or (len(heap) == per_country and rank > -heap[0]):
            continue
        kept[rank] = place, row
        heapq.heappush(heap, -rank)
        if len(heap) > per_country:
            del kept[-heapq.heappop(heap)]
    return [row for _, row in sorted(kept.values())]


def _scene(row: Row, regions: dict[str, str]) -> Scene:
    """The scene of a row; `regions` by plain name of a country."""
    fields = row.fields
    allowed, raters = _humans(row)
    actor, receiver = (
        Person(*(fields[f"{role}_{what}"] for what in ("country", "age", "gender")))
        for role in ("actor", "receiver")
    )
    return Scene(
        where=row.where,
        id=row.id,
        theme=fields.get("scenario_type", ""),
        situation=fields["situation"],
        base=fields["base_country"],
        region=regions.get(plain(fields["base_country"]), ""),
        relation=relation(actor.country, receiver.country, regions),
        actor=actor,
        receiver=receiver,
        expectation=fields["cultural_expectation"],
        preference=fields["personal_preference"],
        allowed=allowed,
        raters=raters,
    )


def _humans(row: Row) -> tuple[int | None, int | None]:
    """How many raters would allow the wish, of how many."""
    given = [row.fields.get(name, "") for name in ("human_allow", "human_raters")]
    if not any(given):
        return None, None
    whole = [text.removesuffix(".0") for text in given]
    if not all(text.isdecimal() for text in whole) or not 0 <= int(whole[0]) <= int(whole[1]):
        raise InputError(
            f"{row.where}: {given[0]!r} of {given[1]!r} raters: two whole numbers are needed, "
            "the first not above the second, or neither; mend the row"
        )
    allowed, raters = map(int, whole)
    return (allowed, raters) if raters else (None, None)


def relation(actor: str, receiver: str, regions: dict[str, str]) -> str:
    """How near the countries of two persons are: same, close, far, or empty if that is unknown."""
    if plain(actor) == plain(receiver):
        return "same"
    near = [regions.get(plain(country), "") for country in (actor, receiver)]
    if not all(near):
        return ""
    return "close" if near[0] == near[1] else "far"
