"""Launchers: who starts servers and trainers where."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from mores.engine.launchers.local import Local
from mores.engine.launchers.slurm import Slurm
from mores.engine.server import Room
from mores.engine.server_files import ServerFiles


class Marks(Protocol):
    """How processes are counted in a folder: `mores.engine.locks` or `mores.engine.heartbeats`."""

    def sign_in(self, folder: Path) -> Any: ...
    def sign_out(self, mark: Any) -> None: ...
    def present(self, folder: Path) -> int: ...


class Launcher(Protocol):
    """Starts and finds a server or a trainer of a model.

    `stays` says whether an idle server stays for the run, `poll` how many seconds are between two
    looks at files, `trainings` how many adapters a trainer trains at once.
    """

    @property
    def marks(self) -> Marks: ...
    @property
    def stays(self) -> bool: ...
    @property
    def poll(self) -> float: ...
    @property
    def trainings(self) -> float: ...
    def there(self) -> bool: ...
    def start(self) -> bool: ...
    def keeping(self) -> AbstractContextManager[None]: ...
    def room(self) -> AbstractContextManager[Room]: ...


LAUNCHERS: dict[str, type[Local] | type[Slurm]] = {"local": Local, "slurm": Slurm}


def launcher_of(files: ServerFiles) -> Launcher:
    """The launcher that the engine's settings name."""
    return LAUNCHERS[files.engine.launcher](files)
