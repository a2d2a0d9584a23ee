"""The devices of a host without a scheduler: each GPU is held by one server, or by training."""

import logging
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mores.engine.arguments import MEMORY_SHARE, on_cpu
from mores.engine.gpus import (
    LEAST_DRIVER,
    ORDER,
    VISIBLE,
    driver,
    gpus,
    has_driver,
    memory,
    users,
)
from mores.engine.locks import Lock, holding, is_held, present, sign_in, sign_out
from mores.engine.server import POLL_SECONDS
from mores.errors import EngineError, InputError

log = logging.getLogger("mores.engine")

CPU = "cpu"
TRAINING = 0.75  # share of a GPU's memory that must be free for training
MEMORY_SECONDS = 600  # for which memory that nobody of ours holds is waited for
TELL_SECONDS = 30


def devices(count: int) -> list[str]:
    """The UUIDs of the GPUs from which `count` are to be taken, or the CPU where none is asked.

    Raises InputError where the host, or the environment, does not have so many.
    """
    if fault := lacking(count):
        raise InputError(f"models: resources: gpus: {fault}")
    return [one.uuid for one in gpus()] or [CPU]


def lacking(count: int) -> str | None:
    """Why this host cannot serve with so many GPUs, and the mend; nothing falls to the CPU."""
    if on_cpu():
        mend = "make it anew with `make gpu`, or say 0 for a model that the CPU is to serve"
        asked = f"{count} asked, and vLLM and torch here are builds for the CPU: {mend}"
        return asked if count else None
    if not has_driver():
        return (
            f"{count} asked, and this host has no nvidia-smi, while vLLM and torch here are builds "
            "for CUDA: run where GPUs are, or `make environment ENV=cpu`"
        )
    version = driver()
    if version.split(".")[0].isdigit() and int(version.split(".")[0]) < LEAST_DRIVER:
        return (
            f"{count} asked, and the driver is {version}: torch here needs {LEAST_DRIVER} or later"
        )
    if max(1, count) > (found := len(gpus())):
        hidden = f" that {VISIBLE}={os.environ[VISIBLE]} shows" if VISIBLE in os.environ else ""
        return f"{count} asked, and this host has {found}{hidden}"
    return None


def free_gpus(folder: Path, share: float) -> int:
    """How many GPUs of this host nobody holds, and have `share` of their memory free."""
    free = [one.uuid for one in gpus() if not is_held(_lock(folder, one.uuid))]
    return len(free) - len(_used(free, share))


def _lock(folder: Path, device: str) -> Path:
    return folder / f"{device}.device"


@contextmanager
def held(
    folder: Path, count: int, given_up: Callable[[], bool], share: float = MEMORY_SHARE
) -> Iterator[dict[str, str]]:
    """Hold so many GPUs of this host, or its CPU, and give the environment that names them.

    Waits while others hold them, while training waits for any, and until `share` of their memory is
    free; a server that nobody leases gives way, and a GPU that strangers use is passed over. Ends
    the process when `given_up()`; raises InputError where the host has fewer, EngineError where
    strangers stay.
    """
    taken = hold(folder, count, given_up, share)
    try:
        yield {} if CPU in taken else {VISIBLE: ",".join(taken)}
    finally:
        for lock in taken.values():
            lock.free()


def hold(
    folder: Path, count: int, given_up: Callable[[], bool], share: float, training: bool = False
) -> dict[str, Lock]:
    """The same until the process ends: by UUID the locks taken, which nobody need keep.

    Servers let training go first: what waits to be trained then needs one change of hands together.
    """
    locks = {uuid: Lock(_lock(folder, uuid)) for uuid in devices(count)}
    trainings = folder / "waiting_to_train"
    waiting = [sign_in(folder / "waiting"), *([sign_in(trainings)] if training else [])]

    def take() -> tuple[list[str], list[str]]:
        if not training and present(trainings):
            return [], []
        return _take(locks, max(1, count), folder, share)

    try:
        return {one: locks[one] for one in _await(take, given_up, share)}
    finally:
        for mark in waiting:
            sign_out(mark)


def _await(
    take: Callable[[], tuple[list[str], list[str]]], given_up: Callable[[], bool], share: float
) -> list[str]:
    """Take as many as asked, once they are free; say what is waited for."""
    strangers_since, told = time.monotonic(), -math.inf
    while True:
        taken, used = take()
        if taken:
            return taken
        if given_up():
            raise SystemExit(0)
        now = time.monotonic()
        strangers_since = strangers_since if used else now
        if used and now - told >= TELL_SECONDS:
            told = now
            log.warning("waiting for memory of a GPU: %s", "; ".join(used))
        if now - strangers_since > MEMORY_SECONDS:
            raise EngineError(
                f"no GPU has {share:.0%} of its memory free after {MEMORY_SECONDS} s: "
                f"{'; '.join(used)}; end who uses it, or name others in {VISIBLE}"
            )
        time.sleep(POLL_SECONDS)


def _take(
    locks: dict[str, Lock], count: int, folder: Path, share: float
) -> tuple[list[str], list[str]]:
    """Take as many as asked or none, lest two wait for what the other has.

    Also told: of those that nobody of ours holds, who uses them.
    """
    with holding(folder / "devices.door"):
        free = [one for one, lock in locks.items() if lock.take()]
        used = _used(free, share)
        taken = [one for one in free if one not in used][:count]
        taken = taken if len(taken) == count else []
        for one in set(free) - set(taken):
            locks[one].free()
        return taken, list(used.values())


def _used(free: list[str], share: float) -> dict[str, str]:
    """Of those GPUs the ones that have less memory free than `share`, and who uses it."""
    if not free or free == [CPU]:
        return {}
    found = memory()
    short = [one for one in free if one in found and found[one].free < share * found[one].total]
    return {
        one: f"{one} has {found[one].free >> 20:,} of {found[one].total >> 20:,} MiB free "
        f"({users(one)})"
        for one in short
    }


@contextmanager
def training_device(folder: Path, scheduled: bool) -> Iterator[None]:
    """Hold one GPU for training, and show this process no other; on the CPU there is none to hold.

    Enter it before torch looks for GPUs. It is held until the process ends, since torch keeps the
    memory as long. Where a scheduler gave the GPU, nobody has to give way.
    """
    if on_cpu():
        yield
        return
    if scheduled:
        scheduled_devices(1)
        os.environ[VISIBLE] = devices(1)[0]
    else:
        log.info("waiting for a GPU")
        os.environ[VISIBLE] = ",".join(hold(folder, 1, lambda: False, TRAINING, training=True))
    check_cuda()
    yield


def scheduled_devices(count: int) -> None:
    """Raise InputError where what a scheduler gave cannot serve with so many GPUs.

    It counts along the bus, whatever CUDA does. A host without nvidia-smi is not asked.
    """
    os.environ.setdefault(ORDER, "PCI_BUS_ID")
    if count and has_driver() and (fault := lacking(count)):
        raise InputError(f"models: resources: gpus: {fault}")


def check_cuda() -> None:
    """Raise EngineError where torch would train on the CPU while it holds a GPU."""
    import torch

    if not torch.cuda.is_available():
        raise EngineError(
            f"torch {torch.__version__} cannot use the GPU {os.environ.get(VISIBLE)} (driver "
            f"{driver()}, of which CUDA {torch.version.cuda} needs {LEAST_DRIVER} or later): mend "
            "the driver"
        )
