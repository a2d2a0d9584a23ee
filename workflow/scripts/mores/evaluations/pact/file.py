"""Files of scenes: CSV with the public set's fields, read in batches, so that any size will do."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mores.errors import InputError
from mores.spec import Section

if TYPE_CHECKING:
    import polars as pl

BATCH = 20_000  # rows in memory at once, besides those that polars reads ahead
OPTIONAL = ("id", "scenario_type", "base_region", "human_allow", "human_raters")
# What is no part of a scene as it is told.
BESIDE = ("id", "base_region", "human_allow", "human_raters")


class Columns(Section):
    """What the file calls its columns; those of the public set are the defaults."""

    situation: str = "situation"
    base_country: str = "base_country"
    actor_country: str = "actor_country"
    actor_age: str = "actor_age"
    actor_gender: str = "actor_gender"
    receiver_country: str = "receiver_country"
    receiver_age: str = "receiver_age"
    receiver_gender: str = "receiver_gender"
    cultural_expectation: str = "cultural_expectation"
    personal_preference: str = "personal_preference"
    scenario_type: str = "scenario_type"
    """What the scene is about; optional, like those below."""
    id: str = "id"
    """Without it a scene is told by its content."""
    base_region: str = "base_region"
    """Without it the region is the United Nations' (SDG)."""
    human_allow: str = "human_allow"
    """How many raters would allow the preference."""
    human_raters: str = "human_raters"
    """How many raters there were."""


class Row(NamedTuple):
    """A row as it stands: its fields, stripped, by the names of `Columns`."""

    path: Path
    number: int
    names: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def where(self) -> str:
        """The row, for errors."""
        return f"{self.path}, row {self.number}"

    @property
    def fields(self) -> dict[str, str]:
        """What it has, by field."""
        return dict(zip(self.names, self.values, strict=True))

    @property
    def id(self) -> str:
        """The scene's own id, or one made of what is told."""
        fields = self.fields
        told = [text for name, text in fields.items() if name not in BESIDE]
        return fields.get("id") or sha256(told).hex()[:12]


def read_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """The rows of a file, in its order; InputError names the file, and the row at fault."""
    import polars as pl

    read = 0
    try:
        frame = pl.scan_csv(path, infer_schema=False)
        named = _named(path, frame.collect_schema().names(), columns)
        stripped = frame.select(
            pl.col(column).fill_null("").str.strip_chars().alias(field)
            for field, column in named.items()
        )
        names = tuple(named)
        for batch in stripped.collect_batches(chunk_size=BATCH, maintain_order=True):
            _check(batch, path, read, columns)
            for number, values in enumerate(batch.iter_rows(), start=read + 1):
                yield Row(path, number, names, values)
            read += len(batch)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except pl.exceptions.PolarsError as error:
        told = str(error).splitlines()[0]
        raise InputError(f"{path}: not CSV in UTF-8 ({told}); mend it") from None
    if not read:
        raise InputError(f"{path}: no scene in this file")


def _named(path: Path, given: list[str], columns: Columns) -> dict[str, str]:
    """By field the column that holds it; InputError where one is missing."""
    named = columns.model_dump()
    absent = [name for field, name in named.items() if field not in OPTIONAL and name not in given]
    if absent:
        raise InputError(
            f"{path}: no column {', '.join(absent)}; it has {', '.join(given)}: name the columns "
            "under `columns` of the evaluation"
        )
    return {field: name for field, name in named.items() if name in given}


def _check(batch: "pl.DataFrame", path: Path, before: int, columns: Columns) -> None:
    """Raise InputError where a field is empty that no scene can do without."""
    for field in batch.columns:
        empty = (batch[field] == "").arg_true()
        if field not in OPTIONAL and len(empty):
            row = before + empty[0] + 1
            column = getattr(columns, field)
            raise InputError(f"{path}, row {row}: nothing under {column!r}; mend the row")


def sha256(texts: Iterable[str]) -> bytes:
    """The digest of some texts in their order."""
    return hashlib.sha256("\x1f".join(texts).encode()).digest()
