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

from mores.provenance.records import journal_of
from mores.spec import Section
from mores.study.figures import figures
from mores.study.grid import FIGURE, FIGURE_KINDS, GUARDRAILS, REVIEW_SHEET, REVIEWED
from mores.study.settings import Settings, load_settings, settings_of


class Study(Section):
    """What Snakemake was called with: its Snakefile, and where the configuration comes from."""

    snakefile: Path = Path("Snakefile")
    targets: tuple[str, ...] = ("all", "adapters")
    """What makes every result, as these rules are called there."""
    configfiles: list[Path] = Field(default_factory=list)
    overrides: dict[str, Any] = Field(default_factory=dict)
    handed: dict[str, Any] | None = None
    """The configuration that another workflow hands over (`module mores: config: ...`)."""

    def settings(self) -> Settings:
        """The settings, merged and checked in their form."""
        if self.handed is not None:
            return settings_of([self.handed])
        return load_settings([CONFIG, *self.configfiles], self.overrides)


CONFIG = "config/config.yaml"


@dataclass(frozen=True)
class Result:
    """A file or folder of the results: its rule, wildcards, job, and what it is made from."""

    path: str
    rule: str
    named: dict[str, str]
    job: dict[str, Any]
    inputs: list[str] = field(default_factory=list)
    store: str = "work"

    @property
    def spec(self) -> dict[str, Any]:
        """What it depends on besides its inputs and its code."""
        return self.job["spec"]

    @cached_property
    def journal(self) -> Path | None:
        """Where the job that makes it keeps what it asks of a model, if it asks any."""
        return journal_of(self.path, self.store) if "protocol" in self.spec else None


def every_result(study: Study) -> list[Result]:
    """The results of a study, each once, inputs before what is made from them.

    What is made when it is asked for, as adapters to share are, is among them where it exists; in a
    workflow that has this one as a module, where its results have other names, adapters alone.
    """
    found: dict[str, Result] = {}
    settings = study.settings()
    store = settings.config.store
    by_name = [path for path in made_by_name(settings) if Path(path).exists()]
    for job in _jobs(study, [] if study.handed else by_name):
        if not {"job", "how"} <= set(job.params.keys()):  # a target alone, or another workflow's
            continue
        told, inputs = json.loads(job.params.job), [str(path) for path in job.input]
        for path in map(str, job.output):
            if told["rule"] == "publish_adapter" and not Path(path).exists():
                continue
            named = dict(job.wildcards_dict)
            found[path] = Result(path, told["rule"], named, told, inputs, store)
    order = TopologicalSorter({path: found[path].inputs for path in sorted(found)})
    return [found[path] for path in order.static_order() if path in found]


def made_by_name(settings: Settings) -> list[str]:
    """The paths of what nobody waits for, and who wants it asks for by name."""
    drawn = [
        FIGURE.format(figure=figure, kind=kind)
        for figure in figures(settings)
        for kind in FIGURE_KINDS
    ]
    return [*drawn, GUARDRAILS, REVIEW_SHEET, REVIEWED]


def _jobs(study: Study, by_name: list[str]) -> list[Any]:
    """The jobs of Snakemake's graph, with these files' own, whether or not they are to run."""
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
            resource_settings=ResourceSettings(cores=1),
            config_settings=settings,
            snakefile=study.snakefile,
        )
        workflow.dag(DAGSettings(targets={*study.targets, *by_name}, forceall=True))
        graph = workflow._workflow  # as the API's own `printdag` does it
        graph._prepare_dag(forceall=True, ignore_incomplete=True, lock_warn_only=True, nolock=True)
        graph._build_dag()
        return list(graph.dag.jobs)
