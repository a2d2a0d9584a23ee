"""The GPUs of this host as nvidia-smi tells them, each by its UUID.

A UUID is the same in every allocation, and names the instances of a divided GPU (MIG). A number is
not: nvidia-smi counts along the bus, CUDA from the fastest, unless CUDA_DEVICE_ORDER says so too.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from mores.engine.arguments import on_cpu
from mores.errors import EngineError, InputError

VISIBLE, ORDER = "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"
LEAST_DRIVER = 580  # that CUDA 13 takes, for which torch of the GPU's lock is built
WHOLE = re.compile(r"GPU (\d+): (.*) \(UUID: (GPU-[^)\s]+)\)")
PART = re.compile(r"\s+MIG (.*?)\s+Device\s+\d+: \(UUID: (MIG-[^)\s]+)\)")
HIDDEN = ("", "-1", "NoDevFiles")  # what hides all of them


@dataclass(frozen=True)
class Gpu:
    """A GPU, or an instance of one that is divided: its UUID, its number if whole, its kind."""

    uuid: str
    number: str | None
    kind: str


@dataclass(frozen=True)
class Memory:
    """Of a GPU in bytes: all, and what is free."""

    total: int
    free: int


def gpus() -> list[Gpu]:
    """The GPUs that this process may use; none with packages built for the CPU.

    Raises EngineError where the driver fails, InputError where CUDA_VISIBLE_DEVICES names something
    that this host does not have.
    """
    if on_cpu() or not has_driver():
        return []
    found = read_list(_ask("-L"))
    named = os.environ.get(VISIBLE)
    if named is None:
        return found
    if named.strip() in HIDDEN:
        return []
    return [_one(name.strip(), found) for name in named.split(",")]


def has_driver() -> bool:
    """Whether this host has what tells of its GPUs."""
    return shutil.which("nvidia-smi") is not None


def read_list(told: str) -> list[Gpu]:
    """The GPUs of `nvidia-smi -L`; of a divided one its instances, since CUDA takes no other."""
    found: list[Gpu] = []
    for line in told.splitlines():
        if whole := WHOLE.match(line):
            found.append(Gpu(whole[3], whole[1], whole[2]))
        elif part := PART.match(line):
            if found[-1].number is not None:
                divided = found.pop()
            found.append(Gpu(part[2], None, f"{divided.kind} MIG {part[1]}"))
    return found


def _one(name: str, found: list[Gpu]) -> Gpu:
    """The GPU that a number, a UUID or the beginning of one means."""
    if name.isdigit():
        kinds = {one.kind for one in found}
        if len(kinds) > 1 and os.environ.get(ORDER) != "PCI_BUS_ID":
            raise InputError(
                f"{VISIBLE}: {name} is another GPU to CUDA than to nvidia-smi, since this host has "
                f"{', '.join(sorted(kinds))}: name it by its UUID, or export {ORDER}=PCI_BUS_ID"
            )
        meant = [one for one in found if one.number == name]
    else:
        meant = [one for one in found if one.uuid.startswith(name)]
    if len(meant) != 1:
        listed = ", ".join(f"{one.number or 'MIG'} {one.uuid}" for one in found)
        raise InputError(
            f"{VISIBLE}: {name} names {len(meant)} GPUs of this host, which has "
            f"{listed or 'none'}; mend it"
        )
    return meant[0]


def memory() -> dict[str, Memory]:
    """By UUID the memory of each GPU that tells it; instances of a divided one do not."""
    rows = _rows("--query-gpu=uuid,memory.total,memory.free")
    return {
        uuid: Memory(int(total) << 20, int(free) << 20)
        for uuid, total, free in rows
        if total.isdigit() and free.isdigit()
    }


def users(uuid: str) -> str:
    """Who computes on a GPU, in words; other containers' processes may be hidden."""
    rows = _rows("--query-compute-apps=gpu_uuid,pid,used_memory,process_name")
    told = [f"process {pid} ({name}) has {mib} MiB" for gpu, pid, mib, name in rows if gpu == uuid]
    return ", ".join(told) or "nvidia-smi names no process"


def driver() -> str:
    """The driver's version; empty where there is none."""
    rows = _rows("--query-gpu=driver_version") if has_driver() else []
    return rows[0][0] if rows else ""


def _rows(query: str) -> list[list[str]]:
    told = _ask(query, "--format=csv,noheader,nounits")
    return [[part.strip() for part in line.split(",")] for line in told.splitlines() if line]


def _ask(*arguments: str) -> str:
    asked = subprocess.run(["nvidia-smi", *arguments], capture_output=True, text=True, check=False)
    if asked.returncode:
        raise EngineError(f"nvidia-smi fails ({asked.stdout.strip()} {asked.stderr.strip()})")
    return asked.stdout
