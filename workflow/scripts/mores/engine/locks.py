"""File locks that die with their holder."""

import fcntl
import os
import uuid
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Lock:
    """A lock on a file; the kernel frees it however its holder ends, and children never hold it."""

    def __init__(self, path: Path):
        self.path = path
        self.descriptor: int | None = None

    def take(self, wait: bool = False, shared: bool = False) -> bool:
        """Take the lock if it is free, or wait for it; false if somebody holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        _taken.add(self)
        return True

    def free(self) -> None:
        """Let go."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


_taken: weakref.WeakSet[Lock] = weakref.WeakSet()


def _let_go() -> None:
    """In a forked child: what its parent holds is not its own, and ends with its parent."""
    for lock in list(_taken):
        lock.free()


os.register_at_fork(after_in_child=_let_go)


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock."""
    if not path.exists():
        return False
    lock = Lock(path)
    taken = lock.take(shared=True)  # shared: two that look at once do not see each other
    lock.free()
    return not taken


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold a lock for a while, waiting for it if need be."""
    lock = Lock(path)
    lock.take(wait=True)
    try:
        yield
    finally:
        lock.free()


def sign_in(folder: Path) -> Lock:
    """Be counted in a folder, under a name of one's own, for as long as this process lives."""
    while True:
        lock = Lock(folder / f"{os.getpid()}.{uuid.uuid4().hex[:8]}")
        lock.take(wait=True)
        if lock.path.exists():
            return lock
        lock.free()  # swept between its making and its locking


def sign_out(lock: Lock) -> None:
    """Be counted no more."""
    lock.path.unlink(missing_ok=True)
    lock.free()


def present(folder: Path) -> int:
    """How many living processes are signed in; marks of dead ones are swept."""
    found = 0
    for mark in folder.glob("*"):
        lock = Lock(mark)
        if lock.take():
            mark.unlink(missing_ok=True)  # while it is locked: nobody can be signing in on it
            lock.free()
        else:
            found += 1
    return found
