"""One training job: examples in, an adapter's folder out, trained once."""

import argparse
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mores.chat import Chat, load_chat
from mores.cli import log_to
from mores.config import Model, Training, Tuning
from mores.engine import model_ref
from mores.engine.devices import training_device
from mores.engine.lease import WORK
from mores.engine.place import folder_of
from mores.errors import InputError
from mores.files import digest, read_jsonl, try_to_write
from mores.runtime import read_runtime
from mores.training.adapter import Lesson, find_probes, save_adapter
from mores.training.store import adapter_key, trained_once

if TYPE_CHECKING:
    from peft import PeftModel

log = logging.getLogger("mores.training")

# Examples, chat, model, tuning, runtime and checkpoints to the trained model and its log.
Trainer = Callable[
    [list[dict], Chat, Model, Tuning, Training, Path], tuple["PeftModel", list[dict]]
]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every training job."""
    parser.add_argument("--examples", nargs="+", required=True, help="examples (JSONL), in order")
    parser.add_argument("--model", required=True, help="the model's name in the configuration")
    parser.add_argument("--runtime", required=True, help="training settings (JSON)")
    parser.add_argument("--spec", type=json.loads, required=True, help="settings (JSON)")
    parser.add_argument("--output", type=Path, required=True, help="adapter folder to write")
    parser.add_argument("--log", help="file that keeps the log")


def learn(args: argparse.Namespace, train: Trainer, start: str = "") -> None:
    """Train an adapter by `train`, or take it from the store; `start` digests what it begins from.

    On a GPU of this host an idle server gives way first.
    """
    log_to(args.log)
    try_to_write(args.output.parent)  # before hours of training, not after
    spec = args.spec
    model = model_ref(args.model, Model.model_validate(spec["model"]))
    tuning = Tuning.model_validate(spec["settings"])
    runtime = read_runtime(args.runtime)
    examples = [row for path in args.examples for row in read_jsonl(path)]
    if not examples:
        raise InputError(
            f"{' '.join(args.examples)}: no examples to learn from; see the log of the step that "
            "wrote them for why"
        )
    settings = tuning.model_dump() | {"start": start}
    named = {"tuning": spec["tuning"], "learner": spec["learner"]}  # they are on the card
    key = adapter_key(examples, model.digest, model.settings.dtype, settings | named)

    def make(checkpoints: Path, folder: Path) -> None:
        launcher = runtime.engine.launcher
        with training_device(folder_of(launcher, WORK), scheduled=launcher == "slurm"):
            chat = load_chat(model.name, model.settings)
            trained, history = train(
                examples, chat, model.settings, tuning, runtime.training, checkpoints
            )
            probes = find_probes(trained.eval(), chat, [row["prompt"] for row in examples])
        lesson = Lesson(
            base=model.settings.path,
            revision=model.settings.revision,
            base_digest=model.digest,
            **named,
            countries=sorted({row["country"] for row in examples}),
            examples=len(examples),
            data_digest=digest(examples),
            settings=settings,
        )
        save_adapter(folder, trained, history, lesson, probes)
        log.info(
            "%d examples, %d steps, loss %.4f", len(examples), len(history), history[-1]["loss"]
        )

    trained_once(key, args.output, make)
