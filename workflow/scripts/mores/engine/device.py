"""The device of this host: a server holds it, and gives way to training."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mores.engine.lease import WORK
from mores.engine.place import host_folder
from mores.engine.server import POLL_SECONDS
from mores.locks import Lock, sign_in, sign_out

log = logging.getLogger("mores.engine")


@contextmanager
def borrow_device() -> Iterator[None]:
    """Hold this host's GPU: a server that nobody leases gives way, and none starts meanwhile.

    Without a GPU there is nothing to hold: training runs beside the server.
    """
    import torch

    if not torch.cuda.is_available():
        yield
        return
    folder = host_folder(WORK)
    host, waiting = Lock(folder / "host.lock"), sign_in(folder / "waiting")
    try:
        log.info("waiting for the GPU")
        while not host.take():
            time.sleep(POLL_SECONDS)
    finally:
        sign_out(waiting)
    try:
        yield
    finally:
        host.free()
