"""Claims: what a study says beforehand, and when it said so, kept in its record."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mores.spec import Section

if TYPE_CHECKING:
    from mores.study.config import Config


class Entry(Section):
    """A claim as it was entered."""

    says: dict[str, Any]
    entered: str
    """The date (UTC)."""
    after_answers: bool
    """Whether answers lay in the results by then."""


Claims = Mapping[str, dict[str, Any]]
Entries = dict[str, tuple[Entry, ...]]


def claims_of(config: "Config") -> dict[str, dict[str, Any]]:
    """What each hypothesis says, with what its contrast is."""
    from mores.study.contrasts import named

    contrasts = named(config)
    return {
        name: claim.model_dump()
        | {"of": contrasts[claim.contrast].model_dump() if claim.contrast in contrasts else None}
        for name, claim in config.hypotheses.items()
    }


def entered(claims: Claims, known: Entries, results: Path) -> Entries:
    """The entries, with those claims added that are new or say something else than before."""
    found = dict(known)
    for name, says in claims.items():
        before = known.get(name, ())
        if not before or before[-1].says != says:
            today = datetime.now(UTC).date().isoformat()
            answered = any((results / "answers").rglob("*.jsonl"))
            found[name] = (*before, Entry(says=says, entered=today, after_answers=answered))
    return found
