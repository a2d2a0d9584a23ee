"""Leases: a job says it needs a model, and gets an address that answers."""

import atexit
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mores.canonical import digest
from mores.engine import locks
from mores.engine.client import Address
from mores.engine.launchers import LAUNCHERS, Launcher, launcher_of
from mores.engine.models import ModelRef
from mores.engine.replicas import most_servers, sign_in_at_one
from mores.engine.server_files import ServerFiles, folder_of
from mores.engine.settings import Engine
from mores.engine.walltime import Walltime
from mores.errors import EngineError, InputError

WORK, LOGS = Path("work"), Path("logs/engine")
STARTS = 3  # supervisors a job starts before it gives up on a server that never says why it ended
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Lease:
    """An address, whether the server behind it is still there, and how many jobs lease it."""

    address: Address
    alive: Callable[[], bool]
    jobs: Callable[[], int]


def hold_run(launcher: str = "local", work: Path = WORK) -> None:
    """Let servers know, as long as the calling process lives, that more jobs may come.

    Trainers too, which beside an endpoint are on this host.
    """
    marks = LAUNCHERS["local" if launcher == "endpoint" else launcher].marks
    mark = marks.sign_in(folder_of(launcher, work) / "runs")
    atexit.register(marks.sign_out, mark)


@contextmanager
def lease(model: ModelRef, engine: Engine, limit: Walltime) -> Iterator[Lease]:
    """An engine for a model: the user's endpoint, or a server of ours, started if need be."""
    if engine.launcher == "endpoint":
        address = _endpoint(model, engine)
        asking = folder_of(engine.launcher, WORK) / f"{digest(address.url)[:12]}.asking"
        own = locks.sign_in(asking)
        try:
            yield Lease(address, lambda: True, lambda: locks.present(asking))
        finally:
            locks.sign_out(own)
        return
    files, mark = sign_in_at_one(_servers(model, engine))
    launcher = launcher_of(files)
    try:
        address = _await_server(files, launcher, limit)
        present = launcher.marks.present
        yield Lease(
            address,
            lambda: launcher.there() and files.address() == address,
            lambda: present(files.leases),
        )
    finally:
        launcher.marks.sign_out(mark)


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


def _servers(model: ModelRef, engine: Engine) -> list[ServerFiles]:
    """All servers that this model may have at once."""
    folder = folder_of(engine.launcher, WORK)
    replicas = range(most_servers(model.settings.resources, engine.launcher))
    return [ServerFiles(folder, model, engine, LOGS, number) for number in replicas]


def _await_server(files: ServerFiles, launcher: Launcher, limit: Walltime) -> Address:
    """Wait for the server's address; have one started whenever there is none."""
    seen, starts = False, 0
    while True:
        if launcher.there():
            seen = True
            if address := files.address():
                return address
        elif seen and files.failure.exists():
            raise EngineError(files.failure.read_text(encoding="utf-8"))
        elif starts == STARTS:
            raise EngineError(
                f"the supervisor of {files.model.name} ended {starts} times before its server "
                f"took requests; its log is {files.supervisor_log}"
            )
        elif launcher.start():
            seen, starts = True, starts + 1
        limit.check(f"and no server of {files.model.name} takes requests yet")
        time.sleep(POLL_SECONDS)
