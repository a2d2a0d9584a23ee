"""The store of adapters: what was trained once from the same things is not trained again."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from mores.contents import is_sealed, seal
from mores.engine.heartbeats import holding
from mores.files import whole_folder

log = logging.getLogger("mores.training")


def adapters(store: Path) -> Path:
    """The adapters of a store, by their keys."""
    return store / "adapters"


def unfinished(store: Path) -> Path:
    """The checkpoints of a store's trainings, by the keys of their adapters."""
    return store / "checkpoints"


def kept(store: Path, key: str) -> Path | None:
    """The folder of a key's adapter, if it is there and is what was put in."""
    folder = adapters(store) / key
    return folder if is_sealed(folder) else None


def steps_saved(store: Path, key: str) -> float:
    """How many steps of an adapter's training are saved; endless, once it is trained."""
    if (adapters(store) / f"{key}.json").exists():
        return float("inf")
    seals = (unfinished(store) / key).glob("checkpoint-*[0-9].json")
    return max((int(path.stem.rpartition("-")[2]) for path in seals), default=0)


def trained_once(store: Path, key: str, train: Callable[[Path, Path], None]) -> Path:
    """The folder of a key's adapter in a store; `train(checkpoints, folder)` makes it if need be.

    It is handed out only if it is, by digest, what was put in; else it is trained anew.
    Checkpoints are kept under the key until the adapter is whole, so that a killed job goes on.
    """
    folder, checkpoints = adapters(store) / key, unfinished(store) / key
    with holding(folder.with_name(f"{key}.lock")):  # two jobs may want the same
        if kept(store, key):
            log.info("trained before: %s", folder)
            return folder
        if folder.is_dir():
            log.warning("%s is not what was put in: trained anew", folder)
        with whole_folder(folder) as fresh:
            fresh.mkdir()
            train(checkpoints, fresh)
            seal(folder, fresh)
        shutil.rmtree(checkpoints, ignore_errors=True)
    return folder
