"""The store of adapters: what was trained once from the same things is not trained again."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from mores.files import digest, whole_folder
from mores.locks import holding
from mores.training.adapter import copy_adapter

log = logging.getLogger("mores.training")

STORE, CHECKPOINTS = Path("work/adapters"), Path("work/checkpoints")


def adapter_key(examples: list[dict], base_digest: str, dtype: str, settings: dict) -> str:
    """Digest of all that shapes an adapter: data, base (its chat template with it), settings."""
    return digest([examples, base_digest, dtype, settings])


def trained_once(key: str, output: Path, train: Callable[[Path, Path], None]) -> None:
    """Put the adapter of a key into `output`; `train(checkpoints, folder)` makes it if need be.

    Checkpoints are kept under the key until the adapter is whole, so that a killed job goes on.
    """
    kept, checkpoints = STORE / key, CHECKPOINTS / key
    with holding(STORE / f"{key}.lock"):  # two jobs may want the same
        if kept.is_dir():
            log.info("trained before: %s", kept)
        else:
            with whole_folder(kept) as fresh:
                fresh.mkdir()
                train(checkpoints, fresh)
            shutil.rmtree(checkpoints, ignore_errors=True)
    copy_adapter(kept, output)
