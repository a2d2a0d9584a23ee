"""Launchers: who starts a server where."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from mores.engine.local import Local
from mores.engine.place import Place
from mores.engine.server import Room
from mores.engine.slurm import Slurm


class Marks(Protocol):
    """How processes are counted in a folder: `mores.locks` or `mores.beats`."""

    def sign_in(self, folder: Path) -> Any: ...
    def sign_out(self, mark: Any) -> None: ...
    def present(self, folder: Path) -> int: ...


class Launcher(Protocol):
    """Starts and finds the server of a place; `stays` says whether idle ones stay for the run."""

    marks: Marks
    stays: bool

    def there(self) -> bool: ...
    def start(self) -> bool: ...
    def keeping(self) -> AbstractContextManager[None]: ...
    def room(self) -> AbstractContextManager[Room]: ...


LAUNCHERS = {"local": Local, "slurm": Slurm}


def launcher_of(place: Place) -> Launcher:
    """The launcher that the engine's settings name."""
    return LAUNCHERS[place.engine.launcher](place)
