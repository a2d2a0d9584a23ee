"""A process of mores: its log, its errors in one line, and SIGTERM, at which it ends in order."""

import errno
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mores.errors import EngineError, InputError

log = logging.getLogger("mores")

TOLD = "mores.told"  # the logger of what a user should see without opening a log
FORMAT = "%(asctime)s %(levelname)s %(message)s"

# What is wrong with a place to write to, and the mend.
PLACES = {
    errno.ENOSPC: "free some space and run again",
    errno.EDQUOT: "free some of your quota and run again",
    errno.EROFS: "make it writable and run again",
    errno.EACCES: "get the right to it and run again",
    errno.EPERM: "get the right to it and run again",
}


def run(main: Callable[[], None]) -> None:
    """Call `main`; errors a user can mend end in one line and exit status 1, no traceback.

    So does SIGTERM, with its own status. Of any other error the traceback follows the line.
    """
    logging.basicConfig(level=logging.INFO, format=FORMAT)
    end_on_sigterm()
    try:
        main()
    except (InputError, EngineError) as error:
        log.error("%s", error)
        sys.exit(1)
    except OSError as error:
        if error.errno not in PLACES:
            raise
        told = (error.filename or "a file", error.strerror, PLACES[error.errno])
        log.error("%s: %s; what was written before is kept: %s", *told)
        sys.exit(1)
    except Exception as error:
        log.error("%s: %s; not foreseen: the log has the traceback", type(error).__name__, error)
        raise


def log_to(path: str | None) -> None:
    """From now on all that this process and what it starts say goes to the file `path`.

    Errors, and what is said to `TOLD` and below, go to standard error too.
    """
    if path is None:
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    terminal = logging.StreamHandler(os.fdopen(os.dup(2), "w", encoding="utf-8"))
    over = "\r\x1b[K" if terminal.stream.isatty() else ""  # the line of `mores.study.watch`
    with open(path, "wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    terminal.addFilter(lambda record: record.levelno >= logging.ERROR or _is_told(record))
    terminal.setFormatter(logging.Formatter(f"{over}%(levelname)s %(message)s"))
    logging.getLogger().addHandler(terminal)


def _is_told(record: logging.LogRecord) -> bool:
    return f"{record.name}.".startswith(f"{TOLD}.")


def pythonpath() -> dict[str, str]:
    """The environment's entry by which a child process finds mores, before what stood there."""
    paths = [str(Path(__file__).parents[1]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys(filter(None, paths)))}


STATUS = 128 + signal.SIGTERM


def end_on_sigterm() -> None:
    """From now on SIGTERM ends the process with a line that says so."""
    signal.signal(signal.SIGTERM, lambda *_: _end())


@contextmanager
def deferred() -> Iterator[threading.Event]:
    """Meanwhile SIGTERM only sets the event; whoever sees it is to stop in order.

    On leaving, the process ends if it was set.
    """
    told = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: told.set())
    try:
        yield told
    finally:
        signal.signal(signal.SIGTERM, before)
    if told.is_set():
        _end()


def _end() -> None:
    log.error("stopped by SIGTERM; what was done so far is kept: run again to go on")
    sys.exit(STATUS)
