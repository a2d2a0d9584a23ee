"""Marks that beat: who is there, on a file system that several hosts share.

Kernel locks do not reach other hosts on every cluster's file system, and do not say so. A mark here
is a file whose time its holder renews; one that has not beaten for a while belongs to the dead.
The functions are those of `mores.engine.locks`.
"""

import logging
import math
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mores.engine import locks
from mores.files import write_text

log = logging.getLogger("mores.engine")

BEAT_SECONDS = 10
LOOK_SECONDS = 1  # between two looks at a mark of another host that is waited for
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

    def end(self) -> None:
        """Beat no more."""
        self.over.set()
        self.thread.join()  # lest it make the mark anew


def sign_in(folder: Path) -> Heartbeat:
    """Be counted in a folder, under a name of one's own, for as long as this process lives."""
    folder.mkdir(parents=True, exist_ok=True)
    return Heartbeat(folder / f"{socket.gethostname()}.{os.getpid()}.{uuid.uuid4().hex[:8]}")


def sign_out(mark: Heartbeat) -> None:
    """Be counted no more."""
    mark.end()
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


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold a lock for a while, on whatever hosts others hold it; waits for it if need be.

    Of this host's processes the kernel's lock lets one through. That one puts up a mark, which
    beats, for other hosts.
    """
    own = f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex}"
    with locks.holding(path):
        _put_up(mark := _mark(path), own)
        beat = Heartbeat(mark)
        try:
            yield
        finally:
            beat.end()
            if _said(mark) == own:
                mark.unlink(missing_ok=True)


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock, on whatever host."""
    mark = _mark(path)
    return locks.is_held(path) or (_is_foreign(_said(mark)) and age(mark) < STALE_SECONDS)


def _mark(path: Path) -> Path:
    return path.with_suffix(".holder")


def _put_up(mark: Path, own: str) -> None:
    """Make a mark, once no living process of another host has it; of this host none can."""
    told = False
    while True:
        left = _said(mark)
        silent = age(mark)  # looked at last: of a mark that another has made meanwhile it is short
        if left is None:
            if _is_made(mark, own):
                return
        elif not _is_foreign(left):
            write_text(mark, own)  # over what the dead have left
            return
        elif STALE_SECONDS <= silent < math.inf:
            write_text(mark, own)
            time.sleep(BEAT_SECONDS)  # more hosts may have done so just now: the last one has it
            if _said(mark) == own:
                return
        else:
            if not told:
                log.info("waiting for what another host holds: %s", mark)
            told = True
            time.sleep(LOOK_SECONDS)


def _is_made(mark: Path, own: str) -> bool:
    """Make a mark whole; false where another host just did."""
    try:
        with open(mark, "x", encoding="utf-8") as stream:
            stream.write(own)
    except FileExistsError:
        return False
    except OSError:
        mark.unlink(missing_ok=True)
        raise
    return True


def _is_foreign(said: str | None) -> bool:
    """Whether a mark that says so is of another host."""
    return said is not None and said.split(" ")[0] != socket.gethostname()


def _said(mark: Path) -> str | None:
    """Who made a mark, empty as long as it is being made; None where there is none."""
    try:
        return mark.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
