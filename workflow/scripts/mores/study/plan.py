"""Every result of a study and what it should be made from, as Snakemake's own rules say.

Nothing is told here a second time: rules, inputs and specs are read off the graph of jobs that
Snakemake builds from the Snakefile, without its notes (`.snakemake/`).
"""

import json
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from pydantic import Field

from mores.provenance.records import RESULTS, journal_of
from mores.spec import Section


class Study(Section):
    """What Snakemake was called with: configuration files, and overrides on the command line."""

    configfiles: list[Path]
    overrides: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """A file or folder of the results: its rule, wildcards, job, and what it is made from."""

    path: str
    rule: str
    named: dict[str, str]
    job: dict[str, Any]
    inputs: list[str] = field(default_factory=list)

    @property
    def spec(self) -> dict[str, Any]:
        """What it depends on besides its inputs and its code."""
        return self.job["spec"]

    @cached_property
    def journal(self) -> Path | None:
        """Where the job that makes it keeps what it asks of a model, if it asks any."""
        return journal_of(self.path) if "protocol" in self.spec else None


def every_result(study: Study) -> list[Result]:
    """The results of a study, each once, inputs before what is made from them.

    Published adapters, which are made when they are asked for, are among them where they exist.
    """
    found: dict[str, Result] = {}
    for job in _jobs(study):
        told = job.params.get("job")
        if told is None:  # a target alone
            continue
        inputs = [str(path) for path in job.input if Path(path).is_relative_to(RESULTS)]
        for path in map(str, job.output):
            if job.rule.name == "publish_adapter" and not Path(path).exists():
                continue
            found[path] = Result(
                path, job.rule.name, dict(job.wildcards_dict), json.loads(told), inputs
            )
    order = TopologicalSorter({path: found[path].inputs for path in sorted(found)})
    return [found[path] for path in order.static_order() if path in found]


def _jobs(study: Study) -> list[Any]:
    """The jobs of Snakemake's graph, whether or not they are to run."""
    from snakemake.api import SnakemakeApi
    from snakemake.settings.enums import Quietness
    from snakemake.settings.types import (
        ConfigSettings,
        DAGSettings,
        OutputSettings,
        ResourceSettings,
    )

    quiet = OutputSettings(quiet={Quietness.ALL}, enable_file_logging=False)
    settings = ConfigSettings(config=study.overrides, configfiles=study.configfiles)
    with SnakemakeApi(quiet) as api:
        workflow = api.workflow(
            resource_settings=ResourceSettings(cores=1), config_settings=settings
        )
        workflow.dag(DAGSettings(targets={"all", "adapters"}, forceall=True))
        graph = workflow._workflow  # as the API's own `printdag` does it
        graph._prepare_dag(forceall=True, ignore_incomplete=True, lock_warn_only=True, nolock=True)
        graph._build_dag()
        return list(graph.dag.jobs)
