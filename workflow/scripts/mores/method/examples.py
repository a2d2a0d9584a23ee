"""Examples: what an adapter learns from, in rows that a human can read."""

from typing import Any

from mores.method.objectives.common import module_name, module_of
from mores.method.stage import Worded, Wording


class Collecting(Worded):
    """What examples are made with."""

    objective: str
    keys: dict[str, Any]
    """Keys of the tuning that shape its examples."""

    @property
    def by_name(self) -> str:
        """The objective's module, which is part of the step."""
        return module_name(self.objective)


def collect_examples(
    spec: Collecting,
    wording: Wording,
    train: list[dict] | None = None,
    traces: list[dict] | None = None,
    rejected: list[dict] | None = None,
) -> list[dict[str, Any]]:
    """What an adapter learns from, in rows that a human can read."""
    given = {"train": train, "traces": traces, "rejected": rejected}
    sources = {name: rows for name, rows in given.items() if rows is not None}
    return module_of(spec.objective).examples(wording, **sources)
