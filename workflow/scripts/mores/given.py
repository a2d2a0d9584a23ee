"""What a step is handed: its inputs, checked against its spec, and what it may call or say."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mores.contents import AGAIN, content_digest, file_digest, folder_digest
from mores.errors import InputError
from mores.job import How
from mores.provenance.fingerprint import module_digests, module_file
from mores.provenance.records import journal_of
from mores.rows import read_json, read_jsonl
from mores.shipped import locate, located
from mores.study.marks import mark_path, read_record
from mores.telemetry import stay_offline

# What some steps are handed is imported for these: an interpreter's start is most of a small job.
if TYPE_CHECKING:
    from mores.engine.models import Adapter, ModelRef
    from mores.evaluations.questions import Questions
    from mores.method.items import Bank
    from mores.method.stage import Stage, Wording


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
