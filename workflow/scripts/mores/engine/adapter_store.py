"""The store of adapters: what was trained once from the same things is not trained again."""

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mores.contents import content_digest
from mores.engine.locks import holding
from mores.errors import InputError
from mores.files import whole_folder, write_json
from mores.rows import read_json

log = logging.getLogger("mores.training")


def adapters(store: Path) -> Path:
    """The adapters of a store, by their keys."""
    return store / "adapters"


def unfinished(store: Path) -> Path:
    """The checkpoints of a store's trainings, by the keys of their adapters."""
    return store / "checkpoints"


def trained_once(store: Path, key: str, train: Callable[[Path, Path], None]) -> Path:
    """The folder of a key's adapter in a store; `train(checkpoints, folder)` makes it if need be.

    It is handed out only if it is, by digest, what was put in; else it is trained anew.
    Checkpoints are kept under the key until the adapter is whole, so that a killed job goes on.
    """
    kept, checkpoints = adapters(store) / key, unfinished(store) / key
    with holding(kept.with_name(f"{key}.lock")):  # two jobs may want the same
        if _is_whole(kept):
            log.info("trained before: %s", kept)
            return kept
        with whole_folder(kept) as fresh:
            fresh.mkdir()
            train(checkpoints, fresh)
            write_json(_note(kept), content_digest(fresh))
        shutil.rmtree(checkpoints, ignore_errors=True)
    return kept


def _is_whole(kept: Path) -> bool:
    if not kept.is_dir():
        return False
    with suppress(InputError):  # no note, or none that can be read
        if read_json(_note(kept)) == content_digest(kept):
            return True
    log.warning("%s is not what was put in: trained anew", kept)
    return False


def _note(kept: Path) -> Path:
    """The file that holds the digest of what was put in."""
    return kept.with_name(f"{kept.name}.json")
