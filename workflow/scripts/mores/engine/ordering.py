"""A job that wants an adapter: it orders it of a trainer, and waits for it."""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

from mores.engine.adapter_store import kept, steps_saved
from mores.engine.keepers import wait_for
from mores.engine.launchers import Launcher, launcher_of
from mores.engine.lease import LOGS, WORK
from mores.engine.models import ModelRef
from mores.engine.replicas import most_servers, sign_in_at_one
from mores.engine.server_files import folder_of
from mores.engine.settings import Engine, Model, Resources, Training
from mores.engine.trainer_files import Order, TrainerFiles, placed
from mores.engine.training import SAVING_SECONDS, Ordered, Trainee
from mores.engine.walltime import walltime
from mores.errors import EngineError, InputError
from mores.process import deferred

log = logging.getLogger("mores.training")

ERRORS = {"InputError": InputError, "EngineError": EngineError}


def train_once(
    trainee: Trainee, training: Training, engine: Engine, needs: Resources, store: Path
) -> Callable[[list[dict]], Path]:
    """A function from examples to the folder of the adapter in the store, trained if it never was.

    A trainer trains it: of this host, or a job of SLURM that asks for what the model needs.
    """

    def train(examples: list[dict]) -> Path:
        threads = int(os.environ.get("OMP_NUM_THREADS", 0))
        ordered, key = Ordered(trainee, examples, training, store, threads), trainee.key(examples)
        if found := kept(store, key):
            log.info("trained before: %s", found)
            return found
        _order(ordered, key, _trainers(trainee, engine, needs))
        if found := kept(store, key):
            return found
        raise EngineError(f"{store}: the adapter {key} was trained and is not there; run again")

    return train


def _trainers(trainee: Trainee, engine: Engine, needs: Resources) -> list[TrainerFiles]:
    """All that this base may have at once: on a host one, on SLURM as many as servers.

    Beside an endpoint a trainer is on this host.
    """
    launcher = "slurm" if engine.launcher == "slurm" else "local"
    settings = trainee.model.model_dump() | {"path": trainee.folder, "resources": needs}
    ref = ModelRef(trainee.name, Model(**settings), trainee.model_digest)
    there = engine.model_copy(update={"launcher": launcher})
    count = most_servers(needs, launcher) if launcher == "slurm" else 1
    folder = folder_of(launcher, WORK)
    return [TrainerFiles(folder, ref, there, LOGS, number) for number in range(count)]


def _order(ordered: Ordered, key: str, trainers: list[TrainerFiles]) -> None:
    """Have an adapter trained; what its training says goes to this job's log.

    A signal has the training save the step that it is at; then the process ends.
    """
    files, lease = sign_in_at_one(trainers)
    launcher, order = launcher_of(files), files.new_order(key)
    marks = launcher.marks
    client = marks.sign_in(order.client)
    try:
        with _told_on(order) as tell:
            order.place(ordered.told())
            with deferred(grace=SAVING_SECONDS) as told:
                result = _await_end(order, files, launcher, ordered.store, told, tell)
                if told.is_set():
                    marks.sign_out(client)
                    while order.is_under_way() and launcher.there():
                        tell()
                        time.sleep(launcher.poll)
        _check(result)
    finally:
        marks.sign_out(client)
        if not (order.is_under_way() and launcher.there()):  # else the trainer ends it
            order.forget()
        marks.sign_out(lease)


def _await_end(
    order: Order,
    files: TrainerFiles,
    launcher: Launcher,
    store: Path,
    told: Event,
    tell: Callable[[], None],
) -> dict[str, Any]:
    """What became of an order once it ends; when this process is told to end, nothing yet."""

    def look(there: bool) -> dict[str, Any] | None:
        tell()
        if told.is_set():
            return {}
        result = order.result()
        if result is None and not order.is_placed():
            raise EngineError("this job was taken for dead, and so its training ended; run again")
        if not there:
            order.give_back()
        return result

    missing = f"the adapter is not trained yet by the trainer of {files.model.name}"
    came_on = Advance(files, store).came_on
    return wait_for(files, launcher, look, missing, walltime(), came_on)


class Advance:
    """What is saved of the trainings that a trainer's jobs wait for, from one look to the next."""

    def __init__(self, files: TrainerFiles, store: Path):
        self.files, self.store = files, store
        self.steps: dict[str, float] = {}

    def came_on(self) -> bool:
        """Whether steps were made, of whichever of them, since it was asked last."""
        found = any(steps_saved(self.store, key) > had for key, had in self.steps.items())
        keys = [order.key for order in placed(self.files.orders)]
        self.steps = {key: steps_saved(self.store, key) for key in keys}
        return found


@contextmanager
def _told_on(order: Order) -> Iterator[Callable[[], None]]:
    """A function that tells on what an order's log says since it was called last."""
    read = 0

    def tell() -> None:
        nonlocal read
        with suppress(FileNotFoundError), open(order.log, "rb") as stream:
            stream.seek(read)  # of a file opened anew, since a network file system then looks anew
            said = stream.read()
            read += len(said)
            sys.stderr.buffer.write(said)
            sys.stderr.flush()

    try:
        yield tell
    finally:
        tell()


def _check(result: dict[str, Any]) -> None:
    """Raise what the training raised, if it did."""
    if not result:
        return
    if result["kind"] == "OSError":
        raise OSError(*result["message"])
    raise ERRORS[result["kind"]](result["message"])
