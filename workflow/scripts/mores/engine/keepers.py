"""Keepers: the processes that keep servers and trainers, as jobs see them that wait for one."""

import time
from collections.abc import Callable
from typing import TypeVar

from mores.engine.launchers import Launcher
from mores.engine.server_files import ServerFiles
from mores.engine.walltime import Walltime
from mores.errors import EngineError

STARTS = 3  # keepers that a job starts in vain before it gives up

Come = TypeVar("Come")


def wait_for(
    files: ServerFiles,
    launcher: Launcher,
    look: Callable[[bool], Come | None],
    missing: str,
    limit: Walltime,
    came_on: Callable[[], bool] = lambda: False,
) -> Come:
    """What `look` finds, once it finds something; a keeper is started whenever there is none.

    `look` is told whether a keeper is there. `missing` says in errors what has not come yet, and
    `came_on` whether the work has come on since it was asked last: then no start was in vain.
    Raises EngineError for what the keeper says of its failure, for too many starts, and when the
    job's time limit is near.
    """
    seen, starts = False, 0
    while True:
        there = launcher.there()
        if (come := look(there)) is not None:
            return come
        if there:
            seen = True
        elif seen and files.failure.exists():
            raise EngineError(files.failure.read_text(encoding="utf-8"))
        else:
            starts = 0 if came_on() else starts
            if starts == STARTS:
                raise EngineError(
                    f"the keeper of a {files.kind} of {files.model.name} ended {starts} times, and "
                    f"{missing}; its log is {files.supervisor_log}"
                )
            if launcher.start():
                seen, starts = True, starts + 1
        limit.check(f"and {missing}")
        time.sleep(launcher.poll)
