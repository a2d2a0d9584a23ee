"""Servers and trainers on this host; their keepers outlive the jobs which need them first."""

import logging
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mores.engine import locks
from mores.engine.arguments import memory_share
from mores.engine.devices import held
from mores.engine.locks import Lock, holding, is_held, present
from mores.engine.remains import Remains
from mores.engine.server import Room, members, stop_group
from mores.engine.server_files import ServerFiles
from mores.errors import EngineError
from mores.process import pythonpath
from mores.rows import read_json

log = logging.getLogger("mores.engine")


class Local:
    """Starts and finds a server or a trainer of a model on this host."""

    marks = locks
    stays = True  # through a run, until another model needs its devices
    poll = 0.05
    trainings = math.inf  # each takes a device of its own; Snakemake limits how many jobs there are

    def __init__(self, files: ServerFiles):
        self.files = files

    def there(self) -> bool:
        """Whether a supervisor of this server lives."""
        return is_held(self.files.alive)

    def start(self) -> bool:
        """Start a supervisor; false where another process just did."""
        with holding(self.files.door):
            if self.there():
                return False
            told = (self.files.kind, self.files.model.name, self.files.logs)
            log.info("starting a %s of %s; logs in %s", *told)
            self._start_supervisor()
            return True

    def _start_supervisor(self) -> None:
        """Start it in a session of its own, so that a Ctrl-C for the job does not reach it."""
        files = self.files
        files.failure.unlink(missing_ok=True)
        files.endpoint.unlink(missing_ok=True)  # a killed supervisor may have left its own
        files.write_order()
        files.supervisor_log.parent.mkdir(parents=True, exist_ok=True)
        with open(files.supervisor_log, "ab") as stream:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", files.keeper, str(files.order)],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=os.environ | pythonpath(),
                start_new_session=True,
            )
        while not self.there():
            if supervisor.poll() is not None:
                raise EngineError(
                    f"the keeper of a {files.kind} of {files.model.name} ended at once; its log is "
                    f"{files.supervisor_log}"
                )
            time.sleep(0.05)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Hold the lock that says that this server has a supervisor, until the block ends."""
        alive = Lock(self.files.alive)
        alive.take(wait=True)
        try:
            yield
        finally:
            alive.free()

    @contextmanager
    def room(self) -> Iterator[Room]:
        """Hold the server's devices, waiting for others to give way; the loopback is enough."""
        files = self.files
        count, share = files.model.settings.resources.gpus, memory_share(files.engine.server_args)
        with held(files.folder, count, lambda: not present(files.leases), share) as devices:
            with holding(files.folder / "left.door"):
                end_orphans(files)
            yield Room("127.0.0.1", "127.0.0.1", devices, note=files.group)


def end_orphans(files: ServerFiles) -> None:
    """End what killed supervisors left of their servers, and nothing that now has their numbers."""
    for noted in files.folder.glob("*.group.json"):
        alive = noted.with_name(noted.name.replace(".group.json", ".alive"))
        if is_held(alive) and noted != files.group:
            continue
        left = read_json(noted)
        there = members(left["group"])
        leader = [process for process in there if process.pid == left["group"]]
        if leader:
            ours = leader[0].create_time() == left["started"]
        else:
            ours = any("vllm" in process.name().lower() for process in there)
        if ours:
            log.warning("ending the server that a killed supervisor left (group %d)", left["group"])
            stop_group(left["group"])
        if "remains" in left:
            Remains(**left["remains"]).clear()
        noted.unlink()
