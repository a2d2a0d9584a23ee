"""Servers on this host, each started by a keeper that outlives the job which needs it first."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mores import locks
from mores.engine.devices import held
from mores.engine.place import Place
from mores.engine.server import Room, members, stop_group
from mores.errors import EngineError
from mores.files import read_json
from mores.locks import Lock, holding, is_held, present

log = logging.getLogger("mores.engine")


class Local:
    """Starts and finds the server of a place on this host."""

    marks = locks
    stays = True  # through a run, until another model needs its devices

    def __init__(self, place: Place):
        self.place = place

    def there(self) -> bool:
        """Whether a keeper of this server lives."""
        return is_held(self.place.alive)

    def start(self) -> bool:
        """Start a keeper; false where another process just did."""
        with holding(self.place.door):
            if self.there():
                return False
            log.info("starting a server of %s; logs in %s", self.place.model.name, self.place.logs)
            self._start_keeper()
            return True

    def _start_keeper(self) -> None:
        """Start it in a session of its own, so that a Ctrl-C for the job does not reach it."""
        place = self.place
        place.failure.unlink(missing_ok=True)
        place.endpoint.unlink(missing_ok=True)  # a killed keeper may have left its own
        place.write_order()
        place.keeper_log.parent.mkdir(parents=True, exist_ok=True)
        with open(place.keeper_log, "ab") as stream:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "mores.engine.keeper", str(place.order)],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
                start_new_session=True,
            )
        while not self.there():
            if keeper.poll() is not None:
                raise EngineError(
                    f"the keeper of {place.model.name} ended at once; its log is {place.keeper_log}"
                )
            time.sleep(0.05)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Be the keeper that lives."""
        alive = Lock(self.place.alive)
        alive.take(wait=True)
        try:
            yield
        finally:
            alive.free()

    @contextmanager
    def room(self) -> Iterator[Room]:
        """Hold the server's devices, waiting for others to give way; the loopback is enough."""
        place = self.place
        count = max(1, place.model.settings.resources.gpus)
        with held(place.folder, count, lambda: not present(place.leases)) as devices:
            with holding(place.folder / "left.door"):
                end_left_over(place)
            yield Room("127.0.0.1", "127.0.0.1", devices, note=place.group)


def end_left_over(place: Place) -> None:
    """End what killed keepers left of their servers, and nothing that now has their numbers."""
    for noted in place.folder.glob("*.group.json"):
        alive = noted.with_name(noted.name.replace(".group.json", ".alive"))
        if is_held(alive) and noted != place.group:
            continue
        left = read_json(noted)
        there = members(left["group"])
        leader = [process for process in there if process.pid == left["group"]]
        if leader:
            ours = leader[0].create_time() == left["started"]
        else:
            ours = any("vllm" in process.name().lower() for process in there)
        if ours:
            log.warning("ending the server that a killed keeper left (group %d)", left["group"])
            stop_group(left["group"])
        noted.unlink()
