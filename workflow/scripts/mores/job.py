"""A job: what a rule's script is told to make, and how. A script's command line is these two."""

from collections.abc import Iterable
from itertools import product
from math import prod
from typing import Any, Self

from pydantic import Field

from mores.canonical import digest
from mores.provenance.fingerprint import step_modules
from mores.spec import Section
from mores.study.marks import Mark
from mores.study.runtime import Runtime

FEW = 8  # paths that are told one by one


class Job(Section):
    """What a job is to make: the rule, its spec, the digest of its code. It shapes the result."""

    rule: str
    spec: dict[str, Any]
    code: str
    by_name: str | None = None
    """The module that the step finds by its name, if it does: of an objective, of an evaluation."""

    @classmethod
    def of(cls, rule: str, spec: Section) -> Self:
        """The job of a rule for a spec, with the code as it stands."""
        by_name = getattr(spec, "by_name", None)
        code = digest(step_modules(rule, by_name))
        return cls(rule=rule, spec=spec.model_dump(mode="json"), code=code, by_name=by_name)


class How(Section):
    """Where a job reads and writes, by name, and how the work is done. It shapes no result."""

    inputs: dict[str, str | list[str] | list[list[str]]]
    """Results: a path, several, or a long list folder by folder (`spell`)."""
    outputs: dict[str, str]
    files: dict[str, str] = Field(default_factory=dict)
    """The user's files, of which the spec holds the digest."""
    model: str | None = None
    """The name of the model that it asks or trains."""
    runtime: Runtime = Runtime()
    mark: Mark | None = None
    """Whose results these are."""

    def paths(self, name: str) -> list[str]:
        """The paths of an input."""
        given = self.inputs.get(name, [])
        if isinstance(given, str):
            return [given]
        return ["/".join([one] if isinstance(one, str) else one) for one in _product(given)]

    @property
    def read(self) -> list[str]:
        """All inputs."""
        return [path for name in self.inputs for path in self.paths(name)]


def _product(given: list[str] | list[list[str]]) -> Iterable[Any]:
    return product(*given) if given and isinstance(given[0], list) else given


def spell(given: str | Iterable[str]) -> str | list[str] | list[list[str]]:
    """Paths for the command line, whose length is limited.

    Many that are all combinations of some names are told folder by folder.
    """
    if isinstance(given, str):
        return str(given)
    paths = [str(path) for path in given]
    parts = [path.split("/") for path in paths]
    folders = [list(dict.fromkeys(names)) for names in zip(*parts, strict=False)]
    if len(paths) <= FEW or prod(map(len, folders)) != len(paths):
        return paths
    return folders if {"/".join(names) for names in product(*folders)} == set(paths) else paths
