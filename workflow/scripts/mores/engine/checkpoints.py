"""Checkpoints: a training goes on from the last one that is what was saved, by its digest.

A kill or a full disk cuts a checkpoint short; a loss of power may leave any file of it empty or
full of zeros, the last ones written whole.
"""

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mores.contents import is_sealed, seal

if TYPE_CHECKING:
    from threading import Event

    from transformers import TrainerCallback

log = logging.getLogger("mores.training")

FOLDERS = "checkpoint-*[0-9]"


def saving(told: "Event") -> "TrainerCallback":
    """Seals what the trainer saves; once `told` is set, has it save and stop after its step.

    Within a step it would not be exact.
    """
    from transformers import TrainerCallback

    class Saving(TrainerCallback):
        def on_step_end(self, args, state, control, **_given):
            if told.is_set():
                log.info("told to end: saving step %d", state.global_step)
                control.should_save = control.should_training_stop = True

        def on_save(self, args, state, control, **_given):
            folder = Path(args.output_dir, f"checkpoint-{state.global_step}")
            seal(folder, folder)

    return Saving()


def last_whole(checkpoints: Path) -> Path | None:
    """The last checkpoint that is what was saved; none, if there is none, and all begins anew.

    Those after it are removed: the trainer keeps the last few that it finds.
    """
    found = [path for path in checkpoints.glob(FOLDERS) if path.is_dir()]
    for folder in sorted(found, key=lambda path: int(path.name.rpartition("-")[2]), reverse=True):
        if is_sealed(folder):
            log.info("going on from %s", folder)
            return folder
        log.warning("%s is not what was saved, and is removed", folder)
        shutil.rmtree(folder)
    if found:
        log.warning("no checkpoint is whole: training starts anew")
    return None
