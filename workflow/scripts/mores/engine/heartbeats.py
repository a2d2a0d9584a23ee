"""Marks that beat: who is there, on a file system that several hosts share.

Kernel locks do not reach other hosts on every cluster's file system, and do not say so. A mark here
is a file whose time its holder renews; one that has not beaten for a while belongs to the dead.
The functions are those of `mores.engine.locks`.
"""

import os
import socket
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path

BEAT_SECONDS = 10
STALE_SECONDS = 90  # clocks of hosts may differ, and attributes may be cached, by less


class Heartbeat:
    """A mark of this process, renewed by a thread of it."""

    def __init__(self, path: Path):
        self.path = path
        self.over = threading.Event()
        path.touch()
        self.thread = threading.Thread(target=self._renew, daemon=True)
        self.thread.start()

    def _renew(self) -> None:
        while not self.over.wait(BEAT_SECONDS):
            with suppress(OSError):  # a file system that hangs for a while; the next beat tells
                self.path.touch()


def sign_in(folder: Path) -> Heartbeat:
    """Be counted in a folder, under a name of one's own, for as long as this process lives."""
    folder.mkdir(parents=True, exist_ok=True)
    return Heartbeat(folder / f"{socket.gethostname()}.{os.getpid()}.{uuid.uuid4().hex[:8]}")


def sign_out(mark: Heartbeat) -> None:
    """Be counted no more."""
    mark.over.set()
    mark.thread.join()  # lest it make the mark anew
    mark.path.unlink(missing_ok=True)


def present(folder: Path) -> int:
    """How many living processes are signed in; marks of dead ones are swept."""
    found = 0
    for mark in folder.glob("*"):
        if age(mark) < STALE_SECONDS:
            found += 1
        else:
            mark.unlink(missing_ok=True)
    return found


def age(path: Path) -> float:
    """Seconds since a file was touched; of a file that is gone, endless."""
    try:
        with open(path, "rb") as stream:  # opened: a network file system then asks its server
            return time.time() - os.fstat(stream.fileno()).st_mtime
    except FileNotFoundError:
        return float("inf")
