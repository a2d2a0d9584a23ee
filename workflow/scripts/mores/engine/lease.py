"""Leases: a job says it needs a model, and gets an address that answers."""

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mores.canonical import digest
from mores.engine import locks
from mores.engine.client import Address
from mores.engine.keepers import wait_for
from mores.engine.launchers import LAUNCHERS, launcher_of
from mores.engine.models import ModelRef
from mores.engine.replicas import most_servers, sign_in_at_one
from mores.engine.server_files import ServerFiles, folder_of
from mores.engine.settings import Engine
from mores.engine.walltime import Walltime
from mores.errors import InputError

WORK, LOGS = Path("work"), Path("logs/engine")


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

    def look(there: bool) -> Address | None:
        return files.address() if there else None

    try:
        missing = f"no server of {model.name} takes requests yet"
        address = wait_for(files, launcher, look, missing, limit)
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
