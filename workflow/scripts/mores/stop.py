"""SIGTERM, which a scheduler sends some seconds before it kills: end in order, in time."""

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("mores")

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
