"""The trainer: a process that holds libraries and a base model, and has adapters trained for jobs.

It trains nothing itself. For each order it forks a child, which trains one adapter and ends: what
was trained before in the same trainer cannot reach it, since each child begins as the trainer was
when its base had been loaded. The trainer touches no GPU; a child holds one as long as it trains,
so that between adapters the device is free for servers.

It is found, started and leased as a server is (`mores.engine.supervisor`), and ends when no job has
leased it for `idle_timeout`, when the run ends, or when others wait for devices.
"""

import importlib
import logging
import os
import pkgutil
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Event

from mores.contents import AGAIN
from mores.engine.base import Base, load_base
from mores.engine.child import fork, stop
from mores.engine.launchers import Launcher, launcher_of
from mores.engine.models import model_ref
from mores.engine.supervisor import Demand
from mores.engine.trainer_files import Order, TrainerFiles, placed
from mores.engine.training import SAVING_SECONDS
from mores.errors import EngineError, InputError
from mores.files import write_text
from mores.process import FORMAT, deferred, end_on_signals

log = logging.getLogger("mores.training")

TRIES = 2  # of an order whose child a crash, or want of memory, ends
# What trainings import, most of it where it is first used.
LIBRARIES = ("datasets", "peft", "safetensors.torch", "torch._dynamo", "tqdm")
LAZY = {
    "trl": ("SFTTrainer", "SFTConfig", "DPOTrainer", "DPOConfig", "KTOTrainer", "KTOConfig"),
    "transformers": ("AutoModelForCausalLM", "AutoTokenizer", "GenerationConfig", "Trainer"),
}


def main() -> None:
    """Have trained what jobs order of the trainer that is named on the command line."""
    logging.basicConfig(level=logging.INFO, format=FORMAT)
    end_on_signals()
    path = Path(sys.argv[1])
    files = TrainerFiles.read_order(path)
    launcher = launcher_of(files)
    with launcher.keeping():
        try:
            base = load(files)
            if files.order.name != path.name:  # the code, as it was imported, is in the name
                raise InputError(f"the code of mores: {AGAIN}")
            with deferred(grace=SAVING_SECONDS) as told:
                Trainer(files, launcher, base).keep(told)
        except (EngineError, InputError) as error:
            log.error("%s", error)
            write_text(files.failure, str(error))


def load(files: TrainerFiles) -> Base:
    """Import what trainings need, and load the base, which must still be the one that is meant."""
    os.environ.pop("OMP_NUM_THREADS", None)  # of whichever job came first; each order tells its own
    # To look for GPUs by CUDA itself would bar forked children from them.
    os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    import_libraries()
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # threads of a pool would not be there in a child
    base = load_base(files.model.name, files.model.settings)
    if model_ref(files.model.name, files.model.settings).digest != files.model.digest:
        raise InputError(f"models: {files.model.name}: {files.model.settings.path}: {AGAIN}")
    os.environ["OMP_NUM_THREADS"] = str(threads)
    log.info("the trainer of %s is ready", files.model.name)
    return base


def import_libraries() -> None:
    """Import what trainings import, and all objectives: in a child it would be for one adapter."""
    from mores.method import objectives

    for found in pkgutil.iter_modules(objectives.__path__):
        importlib.import_module(f"{objectives.__name__}.{found.name}")
    for name in LIBRARIES:
        importlib.import_module(name)
    for name, lazy in LAZY.items():
        module = importlib.import_module(name)
        for one in lazy:
            getattr(module, one)


class Trainer:
    """A base, the orders of it, and the children that see to them, by their process number."""

    def __init__(self, files: TrainerFiles, launcher: Launcher, base: Base):
        self.files, self.launcher, self.base = files, launcher, base
        self.present = launcher.marks.present
        self.children: dict[int, Order] = {}
        self.stopped: set[int] = set()
        self.tries: Counter[Order] = Counter()

    def keep(self, told: Event) -> None:
        """See to orders until nobody needs the trainer, or it is told to end."""
        need = Demand(self.files, self.launcher, stays=False)
        try:
            while not told.is_set() and (not need.over() or self.children):
                self._take_orders()
                self._look_after()
                time.sleep(self.launcher.poll)
        finally:
            for child in self.children:
                stop(child)
            for child in self.children:
                os.waitpid(child, 0)
            log.info("the trainer of %s ends", self.files.model.name)

    def _take_orders(self) -> None:
        """Begin what nobody is at, as many as may be trained at once."""
        busy = set(self.children.values())
        for order in placed(self.files.orders):
            if order in busy:
                continue
            if not self.present(order.client):
                order.forget()
            elif order.result() is None and len(self.children) < self.launcher.trainings:
                self.tries[order] += 1
                order.take()
                self.children[fork(order, self.base, self.files.engine.launcher)] = order

    def _look_after(self) -> None:
        """Stop what nobody wants any more, and take note of what has ended."""
        for child, order in list(self.children.items()):
            if child not in self.stopped and not self.present(order.client):
                stop(child)
                self.stopped.add(child)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del self.children[child]
                self._note_end(child, order, os.waitstatus_to_exitcode(status))

    def _note_end(self, child: int, order: Order, status: int) -> None:
        """Forget what is wanted no more; begin anew, once, what has ended without a result."""
        if child in self.stopped:
            order.forget()
        elif order.result() is None:
            log.warning("a training ended with status %d", status)
            if self.tries[order] == TRIES:
                said = f"a training ended {TRIES} times with status {status}"
                order.end({"kind": "EngineError", "message": f"{said}; what was done is kept"})


if __name__ == "__main__":
    main()
