"""Leases: a job says it needs a model, and gets an address that answers."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mores.config import Engine
from mores.engine.client import Address
from mores.engine.place import Place, host_folder
from mores.engine.requests import ModelRef
from mores.errors import EngineError, InputError
from mores.locks import Lock, holding, is_held, sign_in, sign_out

log = logging.getLogger("mores.engine")

WORK, LOGS = Path("work"), Path("logs/engine")
STARTS = 3  # keepers a job starts before it gives up on a server that never says why it ended


@dataclass(frozen=True)
class Lease:
    """An address, and whether the server behind it is still there."""

    address: Address
    alive: Callable[[], bool]


def hold_run(work: Path = WORK) -> Lock:
    """Keep this host's servers up between jobs for as long as the calling process lives."""
    return sign_in(host_folder(work) / "runs")


@contextmanager
def lease(model: ModelRef, engine: Engine) -> Iterator[Lease]:
    """An engine for a model: the user's endpoint, or this host's server, started if need be."""
    if engine.launcher == "endpoint":
        yield Lease(_endpoint(model, engine), lambda: True)
        return
    place = Place(host_folder(WORK), model, engine, LOGS)
    mark = sign_in(place.leases)
    try:
        address = _await_server(place)
        yield Lease(address, lambda: is_held(place.alive) and place.address() == address)
    finally:
        sign_out(mark)


def _endpoint(model: ModelRef, engine: Engine) -> Address:
    if model.name not in engine.endpoints:
        raise InputError(f"engine: endpoints: no entry for model {model.name}; add one")
    entry = engine.endpoints[model.name]
    if entry.key_variable and entry.key_variable not in os.environ:
        raise InputError(
            f"engine: endpoints: {model.name}: key_variable: the environment has no "
            f"{entry.key_variable}; export it"
        )
    key = os.environ[entry.key_variable] if entry.key_variable else None
    return Address(entry.url.rstrip("/"), entry.served_model, key, None)


def _await_server(place: Place) -> Address:
    """Wait for the server's address; start a keeper whenever there is none."""
    seen, starts = False, 0
    while True:
        with holding(place.door):
            if is_held(place.alive):
                seen = True
                if address := place.address():
                    return address
            else:
                if seen and place.failure.exists():
                    raise EngineError(place.failure.read_text(encoding="utf-8"))
                if starts == STARTS:
                    raise EngineError(
                        f"the keeper of {place.model.name} ended {starts} times before its server "
                        f"took requests; its log is {place.keeper_log}"
                    )
                log.info("starting a server of %s; logs in %s", place.model.name, place.logs)
                _start_keeper(place)
                seen, starts = True, starts + 1
        time.sleep(0.2)


def _start_keeper(place: Place) -> None:
    """Start a keeper in a session of its own, so that a Ctrl-C for the job does not reach it."""
    place.failure.unlink(missing_ok=True)
    place.write_order()
    place.keeper_log.parent.mkdir(parents=True, exist_ok=True)
    with open(place.keeper_log, "ab") as stream:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "mores.engine.keeper", str(place.order)],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            start_new_session=True,
        )
    while not is_held(place.alive):
        if keeper.poll() is not None:
            raise EngineError(
                f"the keeper of {place.model.name} ended at once; its log is {place.keeper_log}"
            )
        time.sleep(0.05)
