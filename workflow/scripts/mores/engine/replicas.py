"""Which server of a model a job takes: one that is there, or one more while GPUs are free.

Decided here alone, for leases and for the cost plan. Where a model says how many `replicas` it has,
each job takes the one that fewest lease. Where it does not, a host gives it as many as it has GPUs
for, and a job starts another only if nobody holds or is about to hold the GPUs that it takes.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from mores.engine.arguments import memory_share
from mores.engine.devices import free_gpus
from mores.engine.gpus import gpus
from mores.engine.launchers import LAUNCHERS, Marks
from mores.engine.locks import holding, is_held, present
from mores.engine.server_files import ServerFiles
from mores.engine.settings import Resources
from mores.rows import read_json

Files = TypeVar("Files", bound=ServerFiles)  # of servers, or of trainers
SERVER, ORDER, GROUP, TRAINER = ".leases", ".order.json", ".group.json", ".trainer."


def most_servers(needs: Resources, launcher: str) -> int:
    """How many servers of a model there may be at once; of this host's GPUs or its CPU."""
    if needs.replicas is not None:
        return needs.replicas
    found = len(gpus()) if launcher == "local" else 0
    return max(1, found // max(1, needs.gpus))


def sign_in_at_one(servers: Sequence[Files]) -> tuple[Files, Any]:
    """Take one of a model's servers, all that there may be; the files of it, and the mark there."""
    first = servers[0]
    marks = LAUNCHERS[first.engine.launcher].marks
    if first.model.settings.resources.replicas is not None or len(servers) == 1:
        chosen = least_leased(servers, marks)
        return chosen, marks.sign_in(chosen.leases)
    with holding(first.folder / "replicas.door"):
        chosen = _there_or_new(servers, marks)
        return chosen, marks.sign_in(chosen.leases)


def least_leased(servers: Sequence[Files], marks: Marks) -> Files:
    """The one that fewest jobs lease, of these one that answers, or that SLURM has a job of.

    Else it is by lot: many come at once.
    """

    def order(one: ServerFiles) -> tuple[int, bool, bool, float]:
        there = (not one.endpoint.exists(), not one.ticket.exists())
        return marks.present(one.leases), *there, random.random()

    return min(servers, key=order)


def _there_or_new(servers: Sequence[Files], marks: Marks) -> Files:
    """An idle one, else another if its GPUs are free, else the one that fewest jobs lease."""
    there = [one for one in servers if marks.present(one.leases) or is_held(one.alive)]
    chosen = least_leased(there or servers[:1], marks)
    further = [one for one in servers if one not in there]
    if further and marks.present(chosen.leases) and _has_room(further[0]):
        return further[0]
    return chosen


def _has_room(files: ServerFiles) -> bool:
    """Whether there are GPUs for one more server that nobody has and nobody is about to take."""
    if present(files.waiting):
        return False
    free = free_gpus(files.folder, memory_share(files.engine.server_args))
    wanted = max(1, files.model.settings.resources.gpus)
    return free - _promised(files.folder) >= wanted


def _promised(folder: Path) -> int:
    """GPUs of servers that jobs lease, and that do not run yet; training waits for its own."""
    leased = [one for one in folder.glob(f"*{SERVER}") if present(one)]
    names = [one.name.removesuffix(SERVER) for one in leased if TRAINER not in one.name]
    starting = [one for one in names if not (folder / f"{one}{GROUP}").exists()]
    return sum(_gpus_of(folder / f"{one}{ORDER}") for one in starting)


def _gpus_of(order: Path) -> int:
    """What a server takes by its order; one where that is not written yet."""
    return max(1, read_json(order)["settings"]["resources"]["gpus"]) if order.exists() else 1
