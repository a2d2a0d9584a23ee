"""A trainer's child: a fork of it that trains one adapter, says what became of it, and ends."""

import atexit
import logging
import os
import signal
import sys
from contextlib import suppress
from typing import Any, NoReturn

from mores.engine.base import Base
from mores.engine.trainer_files import Order
from mores.engine.training import Ordered, train_kept
from mores.errors import EngineError, InputError
from mores.process import SIGNALS, Stopped, die_with_parent, end_on_signals

log = logging.getLogger("mores.training")


def fork(order: Order, base: Base, launcher: str) -> int:
    """Begin an order in a child, and return its process number."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    child = os.fork()
    if not child:
        _be_the_child(parent, order, base, launcher)
    signal.pthread_sigmask(signal.SIG_SETMASK, heard)
    return child


def stop(child: int) -> None:
    """Have a child save the step that it is at, and end."""
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)


def _be_the_child(parent: int, order: Order, base: Base, launcher: str) -> NoReturn:
    """See to the order and end, without what the trainer would do at its own end."""
    status = 1
    try:
        die_with_parent()
        with open(order.log, "ab") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        end_on_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if os.getppid() == parent:
            order.end(_result(order, base, launcher))
            atexit._run_exitfuncs()  # reports (`report_to`) are sent at the end of a process
            status = 0
    except Stopped as stopped:
        log.info("stopped by %s", stopped.name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _result(order: Order, base: Base, launcher: str) -> dict[str, Any]:
    """What `mores.engine.ordering` is told: nothing of an adapter, of an error what it was."""
    try:
        _train(Ordered.read(order.told()), base, launcher)
        return {}
    except (InputError, EngineError) as error:
        return {"kind": type(error).__name__, "message": str(error)}
    except OSError as error:
        filename = str(error.filename) if error.filename else None
        return {"kind": "OSError", "message": [error.errno, error.strerror, filename]}
    except Exception as error:
        log.exception("not foreseen")
        return {"kind": "EngineError", "message": f"{type(error).__name__}: {error}"}


def _train(ordered: Ordered, base: Base, launcher: str) -> None:
    import torch

    if ordered.threads:
        os.environ["OMP_NUM_THREADS"] = str(ordered.threads)
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    train_kept(ordered, base, launcher)
