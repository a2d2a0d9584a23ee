"""A process of mores: its log, its errors in one line, and signals, at which it ends in order."""

import ctypes
import errno
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mores.errors import EngineError, InputError

log = logging.getLogger("mores")

TOLD = "mores.told"  # the logger of what a user should see without opening a log
TERMINAL = "MORES_TERMINAL"  # the descriptor of the terminal, where it is not standard error
FORMAT = "%(asctime)s %(levelname)s %(message)s"

# What is wrong with a place to write to, and the mend.
PLACES = {
    errno.ENOSPC: "free some space and run again",
    errno.EDQUOT: "free some of your quota and run again",
    errno.EROFS: "make it writable and run again",
    errno.EACCES: "get the right to it and run again",
    errno.EPERM: "get the right to it and run again",
}
# Where libraries keep what they fetch and compile, below the home, and what moves it. Snakemake and
# vLLM heed the first too.
NO_PLACE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR}
CACHES = {".cache": "XDG_CACHE_HOME", ".triton": "TRITON_HOME"}


def run(main: Callable[[], None]) -> None:
    """Call `main`; errors a user can mend end in one line and exit status 1, no traceback.

    So does a signal, with its own status. Of any other error the traceback follows the line.
    """
    logging.basicConfig(level=logging.INFO, format=FORMAT)
    end_on_signals()
    try:
        main()
    except Stopped as stopped:
        log.error("stopped by %s; what was done so far is kept: run again to go on", stopped.name)
        raise
    except (InputError, EngineError) as error:
        log.error("%s", error)
        sys.exit(1)
    except OSError as error:
        if not (mend := _mend(error)):
            raise
        told = (error.filename or "a file", error.strerror, mend)
        log.error("%s: %s; what was written before is kept: %s", *told)
        sys.exit(1)
    except Exception as error:
        log.error("%s: %s; not foreseen: the log has the traceback", type(error).__name__, error)
        raise


def _mend(error: OSError) -> str | None:
    """What to do about a place that cannot be written to, if that is what is wrong."""
    hidden = [f"{os.environ.get('HOME', '/')}/{name}" for name in CACHES]
    if error.errno in NO_PLACE and str(error.filename).startswith(tuple(hidden)):
        return f"make it writable, or export {' and '.join(CACHES.values())}, folders that are"
    return PLACES.get(error.errno or 0)


def log_to(path: str | None) -> None:
    """From now on all that this process and what it starts say goes to the file `path`.

    Errors, and what is said to `TOLD` and below, go to the terminal too: to standard error, or to
    the descriptor that `once_more.sh` names, who has put the file in its place from the beginning.
    """
    if path is None:
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    descriptor = os.dup(int(os.environ.pop(TERMINAL, "2")))
    terminal = _Terminal(os.fdopen(descriptor, "w", encoding="utf-8"))
    over = "\r\x1b[K" if terminal.stream.isatty() else ""  # the line of `mores.study.watch`
    with open(path, "wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    terminal.addFilter(lambda record: record.levelno >= logging.ERROR or _is_told(record))
    terminal.setFormatter(logging.Formatter(f"{over}%(levelname)s %(message)s"))
    logging.getLogger().addHandler(terminal)


class _Terminal(logging.StreamHandler):
    """A terminal that may be closed by now."""

    def handleError(self, record: logging.LogRecord) -> None:
        """The log has what could not be shown."""


def _is_told(record: logging.LogRecord) -> bool:
    return f"{record.name}.".startswith(f"{TOLD}.")


def pythonpath() -> dict[str, str]:
    """The environment's entry by which a child process finds mores, before what stood there."""
    paths = [str(Path(__file__).parents[1]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys(filter(None, paths)))}


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 20  # what a process has to end in order


class Stopped(SystemExit):
    """A signal ends the process, with the status by which shells know it."""

    def __init__(self, number: int):
        super().__init__(128 + number)
        self.name = signal.Signals(number).name


def end_on_signals() -> None:
    """From now on the first of `SIGNALS` ends the process in order, and no more are heard.

    Raised a second time, in the midst of what the first has begun, an exception may leave that
    hanging. Whatever hangs all the same is ended by the kernel, `GRACE_SECONDS` after the signal.
    """

    def end(number: int, _frame: object) -> None:
        _hear(lambda *_: None)
        _end_within(GRACE_SECONDS)
        raise Stopped(number)

    _hear(end)


@contextmanager
def deferred(
    act: Callable[[], object] = lambda: None, grace: int = GRACE_SECONDS
) -> Iterator[threading.Event]:
    """Meanwhile a signal sets the event and calls `act`; whoever heeds it is to stop in order.

    On leaving, the process ends if it was set. It ends anyhow after `grace` seconds, or
    `GRACE_SECONDS` after a second signal.
    """
    told = threading.Event()
    numbers: list[int] = []

    def defer(number: int, _frame: object) -> None:
        _end_within(GRACE_SECONDS if numbers else grace)
        numbers.append(number)
        told.set()
        act()

    before = _hear(defer)
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if numbers:
            _hear(lambda *_: None)
            raise Stopped(numbers[0])


def die_with_parent() -> None:
    """From now on the end of this process's parent, however it comes, is a SIGTERM to it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _hear(handler: Callable[[int, Any], object]) -> dict[signal.Signals, Any]:
    """Have signals handled, but for those that whoever started us ignores (`nohup`); as before."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heard = {one: was for one, was in before.items() if was != signal.SIG_IGN}
    for number in heard:
        signal.signal(number, handler)
    return heard


def _end_within(seconds: int) -> None:
    """Have the kernel end this process in so many seconds, if it is not to do so sooner."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    left = signal.alarm(seconds)
    if 0 < left < seconds:
        signal.alarm(left)
