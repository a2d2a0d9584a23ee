"""Training one adapter on a device: from checkpoint to checkpoint, once for the same things."""

import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mores.canonical import digest
from mores.engine import cpu_training
from mores.engine.adapter_store import trained_once
from mores.engine.base import Base
from mores.engine.checkpoints import last_whole, saving
from mores.engine.devices import training_device
from mores.engine.lease import WORK
from mores.engine.probes import find_probes
from mores.engine.progress import Progress
from mores.engine.server_files import folder_of
from mores.engine.settings import Training
from mores.errors import InputError
from mores.files import write_json, write_jsonl, writing_in
from mores.method.models import ModelSpec
from mores.method.objectives.common import Module, Objective, module_of
from mores.process import deferred
from mores.rows import read_json

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import Trainer, TrainerCallback

log = logging.getLogger("mores.training")

# In an adapter's key and its step's spec: raise it when a change here, or of the probes, gives an
# adapter's folder other bytes.
TRAINER = 4

SAVING_SECONDS = 120  # for the step that it is at, when a scheduler ends a training


@dataclass(frozen=True)
class Trainee:
    """What is trained, and from what: base, objective, the adapter it starts from and its digest.

    `made_by` is whatever else shapes the weights: the objective's code, the packages.
    """

    name: str
    model: ModelSpec
    model_digest: str
    folder: str
    """Where the model is now, or its id on the hub."""
    settings: Objective
    made_by: dict[str, Any]
    start: Path | None = None
    start_digest: str | None = None

    def key(self, examples: list[dict]) -> str:
        """Digest of all that shapes the adapter; where and how it is trained stays out."""
        model = [self.model_digest, self.model.path, self.model.dtype]
        model += ["trust_remote_code"] if self.model.trust_remote_code else []
        settings = [self.settings.model_dump(), self.start_digest]
        return digest([examples, model, settings, self.made_by])

    @property
    def module(self) -> Module:
        """The objective's module."""
        return module_of(self.settings.objective)


@dataclass(frozen=True)
class Ordered:
    """An adapter to be trained: of whom, on what, how, for which store."""

    trainee: Trainee
    examples: list[dict]
    training: Training
    store: Path
    threads: int
    """Of the job that orders it, which its sums are made by; 0 for as many as there are."""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        trainee = vars(self.trainee) | {
            "model": self.trainee.model.model_dump(),
            "settings": self.trainee.settings.model_dump(),
            "start": str(self.trainee.start) if self.trainee.start else None,
        }
        training, store = self.training.model_dump(), str(self.store)
        return vars(self) | {"trainee": trainee, "training": training, "store": store}

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        """From JSON."""
        given = told["trainee"]
        settings = module_of(given["settings"]["objective"]).Settings(**given["settings"])
        start = Path(given["start"]) if given["start"] else None
        model = ModelSpec(**given["model"])
        trainee = Trainee(**given | {"model": model, "settings": settings, "start": start})
        training, store = Training(**told["training"]), Path(told["store"])
        return cls(**told | {"trainee": trainee, "training": training, "store": store})


def train_kept(ordered: Ordered, base: Base, launcher: str) -> Path:
    """The folder of the adapter in the store, trained in this process if it never was.

    The folder holds PEFT's files, `training.jsonl` (a row per step) and `probes.json`. On a GPU of
    this host an idle server gives way first; one of SLURM's is this job's own.
    """

    def make(checkpoints: Path, folder: Path) -> None:
        with training_device(folder_of(launcher, WORK), scheduled=launcher == "slurm"):
            train_in(folder, checkpoints, ordered.trainee, base, ordered.examples, ordered.training)

    return trained_once(ordered.store, ordered.trainee.key(ordered.examples), make)


def train_in(
    folder: Path,
    checkpoints: Path,
    trainee: Trainee,
    base: Base,
    examples: list[dict],
    runtime: Training,
) -> None:
    """Train, and save the adapter with its history and its probes; the base is used up by it."""
    module, settings = trainee.module, trainee.settings
    chat, network = base.chat, base.on_device()
    if network.device.type == "cpu":
        cpu_training.prepare()
    rows = [module.row(chat, example) for example in examples]
    how = _runtime_arguments(runtime, checkpoints)
    trainer = module.trainer(settings, rows, chat, network, how, trainee.start)
    trained, history = _run(trainer, checkpoints)
    module.check(history, network)
    probes = find_probes(trained.eval(), chat, [row["prompt"] for row in examples])
    _save(folder, trained, history, probes, trainee.model.path)
    log.info("%d examples, %d steps, loss %.4f", len(rows), len(history), history[-1]["loss"])


def _save(
    folder: Path, trained: "PeftModel", history: list[dict], probes: list[dict], base: str
) -> None:
    trained.save_pretrained(folder, selected_adapters=["default"])
    # PEFT writes a set in an order that differs from process to process, and so would the digest.
    config = read_json(folder / "adapter_config.json")
    config["target_modules"] = sorted(config["target_modules"])
    config["base_model_name_or_path"] = base  # as the study calls it, wherever that is today
    write_json(folder / "adapter_config.json", config)
    write_jsonl(folder / "training.jsonl", [_row(row) for row in history])
    write_json(folder / "probes.json", probes)


def _row(row: dict) -> dict[str, Any]:
    """A step's figures, the same of a training that was resumed: TRL counts tokens anew in each."""
    return {name: row[name] for name in sorted(row) if name != "num_tokens"}


def _runtime_arguments(runtime: Training, checkpoints: Path) -> dict[str, Any]:
    """What TRL is told of how: memory, checkpoints, reports; the sums are the same."""
    import torch

    return {
        "output_dir": str(checkpoints),
        "gradient_checkpointing": runtime.gradient_checkpointing,
        "logging_steps": 1,
        "save_steps": runtime.save_steps,
        "save_total_limit": 2,
        "report_to": runtime.report_to,
        "disable_tqdm": True,
        "dataloader_pin_memory": torch.cuda.is_available(),
    }


def _tell_cost(trainer: "Trainer") -> None:
    """Log peak memory, on a GPU, and tokens per second; padding is no token."""
    import torch

    ends = [row for row in trainer.state.log_history if "train_runtime" in row]
    # TRL counts tokens from where this process began, as the trainer does seconds.
    tokens = [row["num_tokens"] for row in trainer.state.log_history if "num_tokens" in row][-1]
    memory = "not known on a CPU"
    if torch.cuda.is_available():
        memory = f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB"
    log.info("peak memory %s, %.0f tokens/s", memory, tokens / ends[-1]["train_runtime"])


def _telling() -> "TrainerCallback":
    """Says which step the training is at."""
    from transformers import TrainerCallback

    class Telling(TrainerCallback):
        def on_train_begin(self, args, state, control, **_given):
            self.progress = Progress("training", state.max_steps, state.global_step, "step")
            self.progress.__enter__()

        def on_step_end(self, args, state, control, **_given):
            self.progress.update()

        def on_train_end(self, args, state, control, **_given):
            self.progress.__exit__()

    return Telling()


def _run(trainer: "Trainer", checkpoints: Path) -> tuple["PeftModel", list[dict]]:
    """Train to the end, from the last whole checkpoint if there is one.

    At a signal it saves a checkpoint after the step that it is at, and the process ends.
    """
    last = last_whole(checkpoints)
    with deferred(grace=SAVING_SECONDS) as told, writing_in(checkpoints):
        trainer.add_callback(saving(told))
        trainer.add_callback(_telling())
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    _tell_cost(trainer)
    history = [row for row in trainer.state.log_history if "loss" in row]
    if not all(math.isfinite(row["loss"]) for row in history):
        raise InputError("tunings: the loss is not finite; lower `learning_rate`")
    return trainer.model, history
