"""The keeper: a small process that starts one server, watches it, and stops it in time.

A server lives while a job leases it or a run is under way. It gives way at once when no job leases
it and another model waits for this host, when the last run ends, and, where there never was a run
(scripts called by hand), after `idle_timeout`. Nothing has to be told to stop: leases and runs are
locks, and locks die with their holders.
"""

import logging
import signal
import sys
import time
from pathlib import Path

import psutil

from mores.engine.place import Place, read_order
from mores.engine.server import POLL_SECONDS, Server, members, stop_group
from mores.errors import EngineError
from mores.files import read_json, write_json, write_text
from mores.locks import Lock, holding, present, sign_in, sign_out

log = logging.getLogger("mores.engine")
MISSES = 3  # health checks in a row that a live server may fail under load
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> None:
    """Keep the server of the order named on the command line until nobody needs it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    for number in SIGNALS:
        signal.signal(number, lambda *_: sys.exit(0))
    place = read_order(Path(sys.argv[1]))
    alive = Lock(place.alive)
    alive.take(wait=True)
    place.endpoint.unlink(missing_ok=True)  # a killed keeper may have left its own
    try:
        keep(place)
    except EngineError as error:
        log.error("%s", error)
        write_text(place.failure, str(error))
    finally:
        alive.free()


def keep(place: Place) -> None:
    """Wait for the host, start the server, serve, stop."""
    need = Need(place)
    host = take_host(place)
    end_left_over(place)
    server = Server(place.model, place.engine, place.next_log())
    log.info("starting the server of %s, log %s", place.model.name, server.log)
    server.start()
    try:
        record(place, server)
        if server.wait_until_ready(need.over):
            log.info("the server of %s is ready", place.model.name)
            place.publish(server)
            watch(server, need)
    finally:
        for number in SIGNALS:  # a second signal must not leave the work half done
            signal.signal(number, signal.SIG_IGN)
        place.endpoint.unlink(missing_ok=True)
        server.stop()
        place.group.unlink(missing_ok=True)
        host.free()
        log.info("stopped the server of %s", place.model.name)


def take_host(place: Place) -> Lock:
    """One server at a time on a host: wait until the one there is, if any, has given way."""
    host = Lock(place.host)
    waiting = sign_in(place.waiting)
    try:
        while not host.take():
            if not present(place.leases):
                sys.exit(0)
            time.sleep(POLL_SECONDS)
    finally:
        sign_out(waiting)
    return host


def record(place: Place, server: Server) -> None:
    """Note the server's process group, so that the next keeper can end it should this one die."""
    started = psutil.Process(server.process.pid).create_time()
    write_json(place.group, {"group": server.process.pid, "started": started})


def end_left_over(place: Place) -> None:
    """End what a killed keeper left of its server, and nothing else that now has its number."""
    if not place.group.exists():
        return
    left = read_json(place.group)
    there = members(left["group"])
    leader = [process for process in there if process.pid == left["group"]]
    if leader:
        ours = leader[0].create_time() == left["started"]
    else:
        ours = any("vllm" in process.name().lower() for process in there)
    if ours:
        log.warning("ending the server that a killed keeper left (group %d)", left["group"])
        stop_group(left["group"])


class Need:
    """Whether anybody needs the server of a place."""

    def __init__(self, place: Place):
        self.place = place
        self.seen_run = False
        self.last = time.monotonic()

    def over(self) -> bool:
        """True when nobody needs the server any more; its address is withdrawn by then."""
        leased, running = present(self.place.leases), present(self.place.runs)
        self.seen_run = self.seen_run or running
        if leased or running:
            self.last = time.monotonic()
        if leased:
            return False
        patience = 0 if self.seen_run else self.place.engine.idle_timeout
        bored = not running and time.monotonic() - self.last >= patience
        return (bored or present(self.place.waiting)) and self._close()

    def _close(self) -> bool:
        """Withdraw the address, unless a job came through the door at the last moment."""
        with holding(self.place.door):
            if present(self.place.leases):
                return False
            self.place.endpoint.unlink(missing_ok=True)
            return True


def watch(server: Server, need: Need) -> None:
    """Return when the server is needed no more or dead: its jobs see that by themselves."""
    misses = 0
    while not need.over():
        if server.process.poll() is not None:
            log.error("the server ended by itself; its log is %s", server.log)
            return
        misses = 0 if server.healthy() else misses + 1
        if misses == MISSES:
            log.error("the server fails its health checks; its log is %s", server.log)
            return
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main()
