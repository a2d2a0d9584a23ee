"""The supervisor: a small process that starts one server, watches it, and stops it in time.

A server lives while a job leases it. On a host of its own devices it stays while a run is under
way, but gives way at once when no job leases it and another model, or training, waits for them, or
the last run ends. One that is a SLURM job stays for `idle_timeout` after its last lease, as does
any that was started outside a run. Nothing has to be told to stop: leases and runs are marks that
die with their holders.
"""

import logging
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from mores.engine.client import Address
from mores.engine.launchers import Launcher, launcher_of
from mores.engine.server import POLL_SECONDS, PortTaken, Room, Server
from mores.engine.server_files import ServerFiles
from mores.errors import EngineError, InputError
from mores.files import write_text
from mores.process import Stopped, deferred, end_on_signals

log = logging.getLogger("mores.engine")
MISSES = 3  # health checks in a row that a live server may fail under load
STALL_SECONDS = 600  # in which a server that has requests must make a token
LOOK_SECONDS = 30  # between two looks at its tokens
PORTS = 3  # ports tried, should other programs take them first


def main() -> None:
    """Keep the server of the order named on the command line until nobody needs it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    end_on_signals()
    files = ServerFiles.read_order(Path(sys.argv[1]))
    launcher = launcher_of(files)
    try:
        with launcher.keeping():
            try:
                with launcher.room() as room:
                    keep(files, room, Demand(files, launcher, launcher.stays))
            except (EngineError, InputError) as error:
                log.error("%s", error)
                write_text(files.failure, str(error))
    except Stopped as stopped:
        log.info("stopped by %s", stopped.name)


def keep(files: ServerFiles, room: Room, need: "Demand") -> None:
    """Serve until nobody needs it; on another port should one be taken."""
    for attempt in range(1, PORTS + 1):
        try:
            serve(files, room, need, room.free_port())
            return
        except PortTaken as error:
            if attempt == PORTS:
                raise
            log.warning("%s; trying another port", error)


def serve(files: ServerFiles, room: Room, need: "Demand", port: int) -> None:
    """Start the server, publish it, watch it, stop it."""
    server = Server(files.model, files.engine, room, files.next_log(), port)
    log.info("starting the server of %s, log %s", files.model.name, server.log)
    with ExitStack() as ending:
        with deferred():
            server.start()
            ending.callback(stop, server, files)
        if server.wait_until_ready(need.over):
            log.info("the server of %s is ready", files.model.name)
            need.serve(server.address)
            watch(server, need)


def stop(server: Server, files: ServerFiles) -> None:
    """Withdraw the server's address and end it, whatever signals come meanwhile."""
    with deferred():
        files.endpoint.unlink(missing_ok=True)
        server.stop()
        log.info("stopped the server of %s", files.model.name)


class Demand:
    """Whether anybody needs a server; one that `stays` waits for jobs until the run ends."""

    def __init__(self, files: ServerFiles, launcher: Launcher, stays: bool):
        self.files, self.stays = files, stays
        self.present = launcher.marks.present
        self.seen_run = False
        self.last = time.monotonic()
        self.address: Address | None = None

    def serve(self, address: Address) -> None:
        """Tell jobs the address, from now on until `over`."""
        self.address = address
        self.files.publish(address)

    def over(self) -> bool:
        """True when nobody needs the server any more; its address is withdrawn by then."""
        leased, running = self.present(self.files.leases), self.present(self.files.runs)
        self.seen_run = self.seen_run or running > 0
        if leased:
            self.last = time.monotonic()
            return False
        if running and self.stays:
            self.last = time.monotonic()
        run_ended = self.seen_run and not running
        bored = run_ended or time.monotonic() - self.last >= self.files.engine.idle_timeout
        return (bored or self.present(self.files.waiting) > 0) and self._withdraw()

    def _withdraw(self) -> bool:
        """Withdraw the address, unless a job came at the last moment: it may have seen it."""
        self.files.endpoint.unlink(missing_ok=True)
        if not self.present(self.files.leases):
            return True
        if self.address:
            self.files.publish(self.address)
        return False


def watch(server: Server, need: Demand) -> None:
    """Return when the server is needed no more or dead: its jobs see that by themselves."""
    misses, stall = 0, Stall()
    while not need.over():
        if server.process.poll() is not None:
            log.error("the server ended by itself; its log is %s", server.log)
            return
        misses = 0 if server.healthy() else misses + 1
        if misses == MISSES:
            log.error("the server fails its health checks; its log is %s", server.log)
            return
        if stall.lasts(server.tokens):
            log.error("the server has requests and makes no token; its log is %s", server.log)
            return
        time.sleep(POLL_SECONDS)


class Stall:
    """For how long a server that has requests has made no token; looked at now and then."""

    def __init__(self) -> None:
        self.tokens: float | None = None
        self.since = self.looked = time.monotonic()

    def lasts(self, read: Callable[[], float | None]) -> bool:
        """Whether that is too long; `read` tells its tokens, or None where it has no request."""
        now = time.monotonic()
        if now - self.looked >= LOOK_SECONDS:
            self.looked, tokens = now, read()
            if tokens is None or tokens != self.tokens:
                self.tokens, self.since = tokens, now
        return self.tokens is not None and now - self.since > STALL_SECONDS


if __name__ == "__main__":
    main()
