"""The files by which jobs find one trainer, order adapters of it, and learn what became of them."""

import hashlib
import shutil
import time
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from mores.canonical import digest
from mores.engine.server_files import ServerFiles
from mores.engine.settings import Resources
from mores.errors import InputError
from mores.files import write_json
from mores.rows import read_json

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class TrainerFiles(ServerFiles):
    """The files of one trainer, in the folder of the servers."""

    keeper: ClassVar[str] = "mores.engine.trainer"
    kind: ClassVar[str] = "trainer"
    warning: ClassVar[int] = 150
    """What a training has to save the step that it is at (`SAVING_SECONDS`), and some more."""

    @property
    def name(self) -> str:
        """The base and the code that trains: an edit of either makes another trainer."""
        model = self.model.settings.model_dump(exclude={"resources"})
        told = digest([self.model.digest, model, code_digest()])
        return f"{self.model.name}.trainer.{told[:12]}.{self.replica}"

    @property
    def needs(self) -> Resources:
        """What it takes of a host: it trains on one GPU at most."""
        needs = self.model.settings.resources
        return needs.model_copy(update={"gpus": min(needs.gpus, 1)})

    @property
    def job(self) -> str:
        """Its name as a job of SLURM."""
        return f"mores-train-{self.model.name}"

    @property
    def supervisor_log(self) -> Path:
        """The log of this model's trainers; what one says of an adapter is its job's."""
        return self.logs / "trainers" / f"{self.model.name}.log"

    @property
    def orders(self) -> Path:
        """Folder: what this trainer is to train, a folder each."""
        return self.folder / f"{self.name}.orders"

    def new_order(self, key: str) -> "Order":
        """An order of the adapter with this key in the store, not placed yet."""
        return Order(self.orders / f"{time.time_ns()}.{key}.{uuid.uuid4().hex[:8]}")


@cache
def code_digest() -> str:
    """Digest of the code of mores as this process first saw it."""
    files = sorted(PACKAGE.rglob("*.py"))
    return digest(
        {
            str(one.relative_to(PACKAGE)): hashlib.sha256(one.read_bytes()).hexdigest()
            for one in files
        }
    )


@dataclass(frozen=True)
class Order:
    """An adapter that a job wants; it is void once nobody is signed in at `client`."""

    folder: Path

    @property
    def key(self) -> str:
        """Key of the adapter in its store."""
        return self.folder.name.split(".")[1]

    @property
    def client(self) -> Path:
        """Folder: the job that waits for the adapter."""
        return self.folder / "client"

    @property
    def log(self) -> Path:
        """What the training says."""
        return self.folder / "log"

    def place(self, told: dict[str, Any]) -> None:
        """Say what is to be trained, once the client is signed in."""
        write_json(self.folder / "order.json", told, mode=0o600)

    def told(self) -> dict[str, Any]:
        """What is to be trained."""
        return read_json(self.folder / "order.json")

    def is_placed(self) -> bool:
        """Whether it is there, for a trainer to see to it."""
        return (self.folder / "order.json").exists()

    def take(self) -> None:
        """Say that a trainer is at it."""
        (self.folder / "taken").touch()

    def give_back(self) -> None:
        """Say that no trainer is at it any more."""
        (self.folder / "taken").unlink(missing_ok=True)

    def end(self, result: dict[str, str]) -> None:
        """Say what became of it: nothing more where the adapter is in the store, else why not."""
        if self.folder.is_dir():  # else its job is gone
            write_json(self.folder / "result.json", result)

    def result(self) -> dict[str, str] | None:
        """What became of it, if it has ended."""
        try:
            return read_json(self.folder / "result.json")
        except InputError:  # no such file yet: it is written whole
            return None

    def is_under_way(self) -> bool:
        """Whether a trainer is at it."""
        return (self.folder / "taken").exists() and self.result() is None

    def forget(self) -> None:
        """Remove its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def placed(orders: Path) -> list[Order]:
    """The orders of a folder, first come first."""
    return [Order(path.parent) for path in sorted(orders.glob("*/order.json"))]
