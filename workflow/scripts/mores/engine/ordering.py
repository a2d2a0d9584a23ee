"""A job that wants an adapter: it orders it of a trainer, and waits for it."""

import logging
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from mores.engine.adapter_store import kept
from mores.engine.base import load_base
from mores.engine.launchers.local import Local
from mores.engine.lease import LOGS, STARTS, WORK
from mores.engine.locks import sign_in, sign_out
from mores.engine.models import ModelRef
from mores.engine.server_files import folder_of
from mores.engine.settings import Engine, Model, Training
from mores.engine.trainer_files import Order, TrainerFiles
from mores.engine.training import SAVING_SECONDS, Ordered, Trainee, train_kept
from mores.engine.walltime import walltime
from mores.errors import EngineError, InputError
from mores.process import deferred

log = logging.getLogger("mores.training")

POLL_SECONDS = 0.05
ERRORS = {"InputError": InputError, "EngineError": EngineError}


def train_once(
    trainee: Trainee, training: Training, engine: Engine, store: Path
) -> Callable[[list[dict]], Path]:
    """A function from examples to the folder of the adapter in the store, trained if it never was.

    A trainer of this host trains it. A job of SLURM has a GPU of its own, and trains by itself.
    """

    def train(examples: list[dict]) -> Path:
        threads = int(os.environ.get("OMP_NUM_THREADS", 0))
        ordered, key = Ordered(trainee, examples, training, store, threads), trainee.key(examples)
        if engine.launcher == "slurm":
            model = trainee.model.model_copy(update={"path": trainee.folder})
            return train_kept(ordered, lambda: load_base(trainee.name, model), engine.launcher)
        if found := kept(store, key):
            log.info("trained before: %s", found)
            return found
        _order(ordered, _files(trainee, engine))
        if found := kept(store, key):
            return found
        raise EngineError(f"{store}: the adapter {key} was trained and is not there; run again")

    return train


def _files(trainee: Trainee, engine: Engine) -> TrainerFiles:
    """Those of the trainer of this base on this host."""
    model = Model(**trainee.model.model_dump() | {"path": trainee.folder})
    ref = ModelRef(trainee.name, model, trainee.model_digest)
    return TrainerFiles(folder_of("local", WORK), ref, engine, LOGS)


def _order(ordered: Ordered, files: TrainerFiles) -> None:
    """Have an adapter trained; what its training says goes to this job's log.

    A signal has the training save the step that it is at; then the process ends.
    """
    launcher = Local(files)
    order = Order(files.orders / f"{time.time_ns()}.{uuid.uuid4().hex[:8]}")
    client, lease = sign_in(order.client), sign_in(files.leases)
    try:
        with _told_on(order) as tell:
            order.place(ordered.told())
            with deferred(grace=SAVING_SECONDS) as told:
                _await_end(order, files, launcher, told, tell)
                if told.is_set():
                    sign_out(client)
                    while order.is_placed() and launcher.there():
                        tell()
                        time.sleep(POLL_SECONDS)
                    order.forget()
        result = order.result()
        order.forget()
        _check(result)
    finally:
        sign_out(client)
        sign_out(lease)


def _await_end(
    order: Order,
    files: TrainerFiles,
    launcher: Local,
    told: Event,
    tell: Callable[[], None],
) -> None:
    """Wait for an order's end, or to be told; have a trainer started whenever there is none."""
    seen, starts, limit = False, 0, walltime()
    while order.result() is None and not told.is_set():
        tell()
        if launcher.there():
            seen = True
        elif seen and files.failure.exists():
            raise EngineError(files.failure.read_text(encoding="utf-8"))
        elif starts == STARTS:
            raise EngineError(
                f"the trainer of {files.model.name} ended {starts} times over an adapter; its log "
                f"is {files.supervisor_log}"
            )
        elif launcher.start():
            seen, starts = True, starts + 1
        limit.check(f"and the adapter is not trained yet by the trainer of {files.model.name}")
        time.sleep(POLL_SECONDS)


@contextmanager
def _told_on(order: Order) -> Iterator[Callable[[], None]]:
    """A function that tells on what an order's log says since it was called last."""
    with open(order.log, "a+", encoding="utf-8", errors="replace") as stream:

        def tell() -> None:
            sys.stderr.write(stream.read())
            sys.stderr.flush()

        try:
            yield tell
        finally:
            tell()


def _check(result: dict | None) -> None:
    """Raise what the training raised, if it did."""
    if not result:
        return
    if result["kind"] == "OSError":
        raise OSError(*result["message"])
    raise ERRORS[result["kind"]](result["message"])
