"""The files by which processes find one server and wait for it: locks, leases, its address."""

import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Self

from mores.canonical import digest
from mores.engine.arguments import arguments
from mores.engine.client import Address
from mores.engine.models import ModelRef
from mores.engine.settings import Engine, Model, Resources
from mores.errors import InputError
from mores.files import write_json
from mores.rows import read_json


@dataclass(frozen=True)
class ServerFiles:
    """A folder under work/engine, a host's or SLURM's, and in it the files of one server."""

    folder: Path
    model: ModelRef
    engine: Engine
    logs: Path
    replica: int = 0

    keeper: ClassVar[str] = "mores.engine.supervisor"
    """The module that is run to keep it."""
    kind: ClassVar[str] = "server"
    warning: ClassVar[int] = 60
    """Seconds to end in order, before the time limit of a SLURM job."""

    @property
    def name(self) -> str:
        """The server's settings, told by a digest: jobs that agree on it share the server."""
        serves = [self.model.digest, arguments(self.model, self.engine), self.engine.server_env]
        return f"{self.model.name}.{digest(serves)[:12]}.{self.replica}"

    @property
    def needs(self) -> Resources:
        """What it takes of a host."""
        return self.model.settings.resources

    @property
    def job(self) -> str:
        """Its name as a job of SLURM."""
        return f"mores-{self.model.name}"

    @property
    def waiting(self) -> Path:
        """Folder: supervisors and training that wait for devices of this host."""
        return self.folder / "waiting"

    @property
    def runs(self) -> Path:
        """Folder: runs of the workflow under way."""
        return self.folder / "runs"

    @property
    def door(self) -> Path:
        """Lock: held while a supervisor is started on this host."""
        return self.folder / f"{self.name}.door"

    @property
    def alive(self) -> Path:
        """Lock: held by the supervisor of this server, on this host, as long as it lives."""
        return self.folder / f"{self.name}.alive"

    @property
    def group(self) -> Path:
        """The process group of this server on this host, or what a killed supervisor left of it."""
        return self.folder / f"{self.name}.group.json"

    @property
    def ticket(self) -> Path:
        """The number of the SLURM job that keeps this server; empty while it is submitted."""
        return self.folder / f"{self.name}.ticket"

    @property
    def state(self) -> Path:
        """What SLURM last said of that job."""
        return self.folder / f"{self.name}.state.json"

    @property
    def leases(self) -> Path:
        """Folder: jobs that need this server."""
        return self.folder / f"{self.name}.leases"

    @property
    def order(self) -> Path:
        """What a supervisor is told to serve; readable by this user alone, for `server_env`."""
        return self.folder / f"{self.name}.order.json"

    @property
    def endpoint(self) -> Path:
        """The address of this server, there as long as it takes requests."""
        return self.folder / f"{self.name}.endpoint.json"

    @property
    def failure(self) -> Path:
        """Why this server could not be started."""
        return self.folder / f"{self.name}.failure"

    @property
    def supervisor_log(self) -> Path:
        """The log of this model's supervisors; a folder down: logs/engine counts servers."""
        return self.logs / "supervisors" / f"{self.model.name}.log"

    def next_log(self) -> Path:
        """A log of its own for every start."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        return self.logs / f"{self.model.name}.{stamp}.{os.getpid()}.log"

    def publish(self, address: Address) -> None:
        """Tell jobs the address; only this user can read the key in it."""
        write_json(self.endpoint, asdict(address), mode=0o600)

    def address(self) -> Address | None:
        """The address of the server, if it takes requests."""
        try:
            return Address(**read_json(self.endpoint))
        except InputError:  # no such file: it is written whole, so it is there and right, or not
            return None

    def write_order(self) -> None:
        """Write what `read_order` reads in the supervisor's process."""
        order = {
            "folder": str(self.folder),
            "name": self.model.name,
            "settings": self.model.settings.model_dump(),
            "digest": self.model.digest,
            "engine": self.engine.model_dump(),
            "logs": str(self.logs),
            "replica": self.replica,
        }
        write_json(self.order, order, mode=0o600)

    @classmethod
    def read_order(cls, path: Path) -> Self:
        """The files of an order."""
        order = read_json(path)
        model = ModelRef(order["name"], Model(**order["settings"]), order["digest"])
        folder, logs = Path(order["folder"]), Path(order["logs"])
        return cls(folder, model, Engine(**order["engine"]), logs, order["replica"])


def folder_of(launcher: str, work: Path) -> Path:
    """Where those meet who use a launcher: SLURM's on all hosts, others on this one.

    The folder above is this user's alone: who can open a lock can hold it, and so stop a run.
    """
    engine = work / "engine"
    engine.mkdir(mode=0o700, parents=True, exist_ok=True)
    return engine / ("slurm" if launcher == "slurm" else socket.gethostname())
