"""The runner: what a rule's script does around its step.

A script of `workflow/scripts` names a step, a function of what its parameters are called: `spec`,
what it may call or say (`stage`, `wording`, `bank`, `trainer`, `imported`), and the rule's inputs
by name. The runner reads these, checks them against the spec, and writes what the step returns,
whole, with a record of what made it.
"""

import argparse
import inspect
import logging
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field

from mores.canonical import digest
from mores.contents import AGAIN, content_digest, file_digest, folder_digest
from mores.errors import InputError
from mores.files import try_to_write, whole, whole_folder, write_json, write_jsonl, write_text
from mores.process import log_to
from mores.process import run as run_process
from mores.provenance.fingerprint import module_digests, module_file, step_modules
from mores.provenance.records import journal_of, seconds_of, write_record
from mores.provenance.versions import installed
from mores.rows import Folder, read_json, read_jsonl
from mores.shipped import locate, located
from mores.spec import Section
from mores.study.marks import Mark, mark_path, put_mark, read_record
from mores.study.runtime import Runtime
from mores.telemetry import stay_offline

# What some steps are handed is imported for these: an interpreter's start is most of a small job.
if TYPE_CHECKING:
    from mores.engine.models import Adapter, ModelRef
    from mores.evaluations.questions import Questions
    from mores.method.items import Bank
    from mores.method.stage import Stage, Wording

log = logging.getLogger("mores")

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


def run(step: Callable[..., Any]) -> None:
    """Run the step of the script that is being executed, as its command line says."""
    parser = argparse.ArgumentParser(description=inspect.getdoc(sys.modules["__main__"]))
    parser.add_argument("--job", required=True, help="rule, spec, digest of its code (JSON)")
    parser.add_argument("--how", required=True, help="inputs, outputs, runtime (JSON)")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()

    def main() -> None:
        log_to(args.log)
        make(step, Job.model_validate_json(args.job), How.model_validate_json(args.how))

    run_process(main)


def make(step: Callable[..., Any], job: Job, how: How) -> None:
    """Call a step, write what it returns, and record what made it."""
    modules = step_modules(job.rule, job.by_name)
    if digest(modules) != job.code:
        raise InputError(f"workflow/scripts/{job.rule}.py, or what it imports: {AGAIN}")
    parameters = inspect.signature(step).parameters
    spec = parameters["spec"].annotation.model_validate(job.spec)
    for path in how.outputs.values():
        try_to_write(Path(path).parent)  # before anything is asked or trained, not after
        if how.mark:
            put_mark(mark_path(path), how.mark, Path(how.runtime.store))
    begun = time.monotonic()
    given = Given(spec, how)
    made_from = given.digests
    made = step(**{name: given.value(name) for name in parameters})
    took = round(time.monotonic() - begun, 1)
    for name, path in how.outputs.items():
        write(Path(path), made[name] if len(how.outputs) > 1 else made)
        write_record(
            path,
            rule=job.rule,
            spec=job.spec,
            modules=modules,
            inputs=made_from,
            installed=installed(job.spec.get("packages", {})),
        )
    with suppress(OSError):  # a disk that takes no note of it loses no result
        write_json(seconds_of(next(iter(how.outputs.values()))), took)


class Given:
    """What a step is handed, by the names of its parameters."""

    def __init__(self, spec: Any, how: How):
        self.spec, self.how, self.runtime = spec, how, how.runtime

    def value(self, name: str) -> Any:
        """A service of this class, a user's file, or the content of an input; None without it."""
        if name in SERVICES:
            return getattr(self, name)
        if name in self.how.files:
            return self._file(name)
        contents = [read(Path(path)) for path in self.how.paths(name)]
        if isinstance(self.how.inputs.get(name), str):
            return contents[0]
        return contents or None

    def _file(self, name: str) -> Path:
        """A user's file or folder, which must be what the spec holds the digest of."""
        path = Path(self.how.files[name])
        found = folder_digest(path) if path.is_dir() else file_digest(path)
        if found != getattr(self.spec, name):
            raise InputError(f"{path}: {AGAIN}")
        return path

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digests of all inputs, by path."""
        return {path: content_digest(path) for path in self.how.read}

    @property
    def mark(self) -> dict[str, Any]:
        """Whose results these are: survey, bank, models."""
        return self.how.mark.model_dump(mode="json") if self.how.mark else {}

    @cached_property
    def bank(self) -> "Bank":
        """What the spec says of the item bank."""
        from mores.method.items import load_bank

        path = self.how.files["bank"]
        return self.spec.bank.take(load_bank(path), path)

    @cached_property
    def questions(self) -> "Questions":
        """What an evaluation asks about the country."""
        return self.spec.asks.read(self.how.files["questions"], self.spec.country)

    @cached_property
    def wording(self) -> "Wording":
        """The words in which the country is asked."""
        from mores.method.prompts import Prompts
        from mores.method.stage import Wording

        prompts = Prompts(self.how.files["prompts"])
        for template, planned in self.spec.templates.items():
            if prompts.digest(template) != planned:
                raise InputError(f"{prompts.folder}/{template}.j2: {AGAIN}")
        return Wording(self.bank, prompts, self.spec.country)

    @property
    def stage(self) -> "Stage":
        """The wording, and the model to ask; a journal keeps its answers."""
        from mores.engine.generate import Asker
        from mores.method.chat import load_template
        from mores.method.stage import Stage

        (output,) = self.how.outputs.values()
        asker = Asker(
            ref=self._model(),
            engine=self.runtime.engine,
            journal=journal_of(output, self.runtime.store),
            made_by={"protocol": self.spec.protocol, "packages": self.spec.packages},
            lora=self._adapter("adapter"),
        )
        wording = self.wording
        return Stage(
            wording.bank,
            wording.prompts,
            wording.country,
            ask=asker,
            chat=lambda: load_template(asker.ref.name, located(self.spec.model)),
        )

    @property
    def trainer(self) -> Callable[[list[dict]], Path]:
        """What has an adapter trained, or finds it trained."""
        from mores.engine.ordering import train_once
        from mores.engine.training import Trainee

        start, ref = self._adapter("start"), self._model()
        objective = self.spec.objective
        trainee = Trainee(
            name=ref.name,
            model=self.spec.model,
            model_digest=self.spec.model_digest,
            folder=str(locate(self.spec.model.path)),
            settings=objective,
            made_by={
                "trainer": self.spec.trainer,
                "packages": self.spec.packages,
                "code": module_digests(module_file(self.spec.by_name)),
            },
            start=Path(start.folder) if start else None,
            start_digest=start.digest if start else None,
        )
        runtime, needs = self.runtime, ref.settings.resources
        return train_once(trainee, runtime.training, runtime.engine, needs, Path(runtime.store))

    @property
    def imported(self) -> Any:
        """The survey's marginals, read once for all countries."""
        from mores.provenance.surveys import imported

        return imported(self.how.files["survey"], self.bank, self.spec)

    @property
    def stated(self) -> dict[str, list[dict[str, Any]]]:
        """By name the study's claims, each as often as it was entered in its record."""
        (output,) = self.how.outputs.values()
        return read_record(mark_path(output)).model_dump(mode="json")["claims"]

    def _model(self) -> "ModelRef":
        """The model, whose files must be those that the spec says."""
        from mores.engine.hub import snapshot
        from mores.engine.models import model_ref
        from mores.engine.settings import Model, Resources

        name, model = self.how.model or "", located(self.spec.model)
        if Path(model.path).is_dir() or snapshot(model):
            stay_offline()
        resources = self.runtime.resources.get(name, Resources())
        found = model_ref(name, Model(**model.model_dump(), resources=resources))
        if found.digest != self.spec.model_digest:
            raise InputError(f"models: {name}: {model.path}: {AGAIN}")
        return found

    def _adapter(self, name: str) -> "Adapter | None":
        from mores.engine.models import adapter_ref

        folders = self.how.paths(name)
        return adapter_ref(folders[0]) if folders else None


SERVICES = (
    *("spec", "bank", "questions", "wording", "stage", "trainer", "imported", "stated"),
    *("digests", "mark"),
)


def read(path: Path) -> Any:
    """The content of a result: rows, a value, a frame, a text; of a folder its path."""
    if path.is_dir():
        return path
    if path.suffix == ".parquet":
        import polars as pl

        return pl.read_parquet(path)
    if path.suffix == ".jsonl":
        return read_jsonl(path)
    return read_json(path) if path.suffix == ".json" else path.read_text(encoding="utf-8")


def write(path: Path, made: Any) -> None:
    """Write what a step returned, whole: rows, a value, a frame, a text, bytes, a folder."""
    if isinstance(made, Folder):
        with whole_folder(path) as temporary:
            shutil.copytree(made.copy_of, temporary)
            for name, text in made.texts.items():
                write_text(temporary / name, text)
    elif path.suffix == ".parquet":
        with whole(path) as temporary:
            made.write_parquet(temporary)
    elif isinstance(made, bytes):
        with whole(path) as temporary:
            temporary.write_bytes(made)
    elif path.suffix == ".jsonl":
        write_jsonl(path, made)
    elif path.suffix == ".json":
        write_json(path, made)
    else:
        write_text(path, made)
