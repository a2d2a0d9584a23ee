"""The devices of a host without a scheduler: each GPU is held by one server, or by training."""

import logging
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mores.engine.arguments import on_cpu
from mores.engine.locks import Lock, holding, sign_in, sign_out
from mores.engine.server import POLL_SECONDS
from mores.errors import EngineError, InputError

log = logging.getLogger("mores.engine")

VISIBLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True)
class Device:
    """A GPU by its number on this host and its UUID, which is the same in every allocation."""

    number: str
    uuid: str


def gpus() -> list[Device]:
    """The GPUs that this process may use; none with packages built for the CPU."""
    if on_cpu() or not shutil.which("nvidia-smi"):
        return []
    asked = ["nvidia-smi", "--query-gpu=index,uuid", "--format=csv,noheader"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    if told.returncode:
        raise EngineError(f"nvidia-smi fails ({told.stdout.strip()} {told.stderr.strip()})")
    found = [Device(*map(str.strip, line.split(","))) for line in told.stdout.splitlines()]
    allowed = os.environ.get(VISIBLE)
    if allowed is None:
        return found
    return [one for one in found if {one.number, one.uuid} & set(allowed.split(","))]


def gpu_memory() -> list[int]:
    """The memory, in bytes, of each GPU that this process may use and that tells it."""
    numbers = {one.number for one in gpus()}
    if not numbers:
        return []
    asked = ["nvidia-smi", "--query-gpu=index,memory.total", "--format=csv,noheader,nounits"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    rows = [line.split(",") for line in told.splitlines()]
    told_by = [mib.strip() for number, mib in rows if number.strip() in numbers]
    return [int(mib) << 20 for mib in told_by if mib.isdigit()]  # "[N/A]" of a divided one


@contextmanager
def held(folder: Path, count: int, given_up: Callable[[], bool]) -> Iterator[dict[str, str]]:
    """Hold so many GPUs of this host, or its CPU, and give the environment that names them.

    Waits while others hold them; a server that nobody leases gives way. Ends the process when
    `given_up()`; raises InputError where the host has fewer.
    """
    devices = gpus() or [Device("", "cpu")]
    if count > len(devices):
        raise InputError(
            f"models: resources: gpus: {count} asked, and this host has {len(devices)}"
        )
    locks = {one: Lock(folder / f"{one.uuid}.device") for one in devices}
    waiting = sign_in(folder / "waiting")
    try:
        while not (taken := _take(locks, count, folder)):
            if given_up():
                raise SystemExit(0)
            time.sleep(POLL_SECONDS)
    finally:
        sign_out(waiting)
    try:
        numbers = ",".join(one.number for one in taken)
        yield {VISIBLE: numbers} if numbers else {}
    finally:
        for one in taken:
            locks[one].free()


def _take(locks: dict[Device, Lock], count: int, folder: Path) -> list[Device]:
    """Take as many as asked or none, lest two wait for what the other has."""
    with holding(folder / "devices.door"):
        taken: list[Device] = []
        for device, lock in locks.items():
            if len(taken) < count and lock.take():
                taken.append(device)
        if len(taken) == count:
            return taken
        for device in taken:
            locks[device].free()
        return []


@contextmanager
def training_device(folder: Path, scheduled: bool) -> Iterator[None]:
    """Hold one GPU for training, and show this process no other; without a GPU, nothing to hold.

    Enter it before torch looks for GPUs. Where a scheduler gave the GPU, nobody has to give way.
    """
    found = gpus()
    if not found:
        yield
    elif scheduled:
        os.environ[VISIBLE] = found[0].number
        yield
    else:
        log.info("waiting for a GPU")
        with held(folder, 1, lambda: False) as environment:
            os.environ.update(environment)
            yield
