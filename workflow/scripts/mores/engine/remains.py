"""What a server of vLLM's has outside its processes: sockets and shared memory.

Processes that are killed leave both behind. So they are noted, for whoever clears up after them.
"""

import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

SHARED = Path("/dev/shm")
MAPPED = re.compile(rf"{SHARED}/(psm_\w+)")


@dataclass(frozen=True)
class Remains:
    """A folder for the sockets of one server alone, and the names of its shared memory."""

    sockets: str
    shared: tuple[str, ...] = ()

    @classmethod
    def new(cls) -> Self:
        """A folder with a short path, since that of a socket may have no more than 107 bytes."""
        return cls(tempfile.mkdtemp(prefix="mores-"))

    @property
    def environment(self) -> dict[str, str]:
        """By which vLLM keeps to the folder."""
        return {"VLLM_RPC_BASE_PATH": self.sockets}

    def seen(self, processes: list[psutil.Process]) -> Self:
        """The same, and the shared memory that these processes have now."""
        names = set(self.shared).union(*map(_mapped, processes))
        return type(self)(self.sockets, tuple(sorted(names)))

    def clear(self) -> None:
        """Remove what is left, once the processes have ended."""
        shutil.rmtree(self.sockets, ignore_errors=True)
        for name in self.shared:
            (SHARED / name).unlink(missing_ok=True)


def _mapped(process: psutil.Process) -> set[str]:
    with suppress(OSError):  # it has ended
        maps = Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8", errors="replace")
        return set(MAPPED.findall(maps))
    return set()
