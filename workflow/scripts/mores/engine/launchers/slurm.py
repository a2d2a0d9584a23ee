"""Servers and trainers as SLURM jobs of their own, found through the file system that hosts share.

A ticket, made by one of those who want a server, names its job; SLURM tells whether that lives.
"""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mores.engine import heartbeats
from mores.engine.devices import scheduled_devices
from mores.engine.server import Room
from mores.engine.server_files import ServerFiles
from mores.errors import EngineError, InputError
from mores.files import write_json, write_text
from mores.process import pythonpath
from mores.rows import read_json

log = logging.getLogger("mores.engine")

ASK_SECONDS = 10  # SLURM is asked for a job's state no more often, by all clients together
# States of a job that will not serve (again), and that of one SLURM has forgotten.
GONE = {
    *("", "COMPLETING", "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "PREEMPTED", "NODE_FAIL"),
    *("OUT_OF_MEMORY", "DEADLINE", "BOOT_FAIL", "REVOKED"),
}


class Slurm:
    """Starts and finds a server or a trainer of a model as a job of SLURM."""

    marks = heartbeats
    stays = False  # a server that waits holds a GPU that others wait for
    poll = 0.5
    trainings = 1  # what its job asks for is for one

    def __init__(self, files: ServerFiles):
        self.files = files
        self.told = ""

    def there(self) -> bool:
        """Whether its job is queued or runs, as SLURM says."""
        job = self._job()
        if job is None:
            return False
        if not job:  # somebody is submitting it, or died over that
            if heartbeats.age(self.files.ticket) < heartbeats.STALE_SECONDS:
                return True
        elif self._state(job) not in GONE:
            return True
        if self._job() == job:
            self.files.ticket.unlink(missing_ok=True)
            self.files.endpoint.unlink(missing_ok=True)
        return False

    def start(self) -> bool:
        """Submit its job; false where another process is at it."""
        ticket = self.files.ticket
        ticket.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(ticket, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        try:
            self.files.failure.unlink(missing_ok=True)
            self.files.endpoint.unlink(missing_ok=True)
            self.files.write_order()
            job = submit(self.files)
        except BaseException:
            ticket.unlink()
            raise
        write_text(ticket, job, mode=0o600)
        told = (self.files.kind, self.files.model.name, job)
        log.info("submitted a %s of %s as SLURM job %s", *told)
        return True

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Name this job in the ticket until the block ends; end at once where it names another."""
        own = os.environ["SLURM_JOB_ID"]
        if self._job() not in ("", own):
            log.error("%s does not name job %s: it is not wanted", self.files.ticket, own)
            sys.exit(0)
        write_text(self.files.ticket, own, mode=0o600)
        try:
            yield
        finally:
            if self._job() == own:
                self.files.ticket.unlink(missing_ok=True)

    @contextmanager
    def room(self) -> Iterator[Room]:
        """SLURM has given this job its devices; clients come from other hosts."""
        scheduled_devices(self.files.needs.gpus)
        yield Room(bind="0.0.0.0", host=socket.gethostname())

    def _job(self) -> str | None:
        """The job that the ticket names; empty while it is submitted, None without a ticket."""
        try:
            return self.files.ticket.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def _state(self, job: str) -> str:
        """A job's state, as one of the clients asked SLURM not long ago."""
        noted = self.files.state
        if heartbeats.age(noted) < ASK_SECONDS and (note := read_json(noted))["job"] == job:
            return note["state"]
        state, reason = ask_state(job)
        if (told := f"{state} ({reason})") != self.told:
            log.info(
                "the %s of %s, SLURM job %s: %s", self.files.kind, self.files.model.name, job, told
            )
            self.told = told
        write_json(noted, {"job": job, "state": state})
        return state


def submit(files: ServerFiles) -> str:
    """Submit the job of a server's supervisor, or of a trainer; returns its number.

    Raises InputError where there is no SLURM, EngineError where it refuses.
    """
    needs, cluster = files.needs, files.engine.cluster
    warning = min(files.warning, needs.minutes * 60 // 5)  # of a short limit a fifth
    files.supervisor_log.parent.mkdir(parents=True, exist_ok=True)
    command = ["sbatch", "--parsable", f"--job-name={files.job}", "--no-requeue"]
    command += [f"--output={files.supervisor_log}", "--open-mode=append", f"--chdir={Path.cwd()}"]
    command += [f"--signal=B:TERM@{warning}", "--export=ALL", "--nodes=1", "--ntasks=1"]
    command += [f"--cpus-per-task={needs.cpus}", f"--mem={needs.mem_mb}", f"--time={needs.minutes}"]
    given = {"account": cluster.account, "qos": cluster.qos, "partition": cluster.partition}
    if needs.gpus:
        given |= {"gpus": str(needs.gpus), "partition": cluster.gpu_partition}
        given |= {"constraint": cluster.gpu_constraint}
    command += [f"--{name}={value}" for name, value in given.items() if value is not None]
    script = f"#!/bin/sh\nexec '{sys.executable}' -m {files.keeper} '{files.order}'\n"
    try:
        told = subprocess.run(
            [*command, *cluster.extra],
            input=script,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise InputError("engine: launcher: slurm: this host has no `sbatch`") from None
    if told.returncode:
        raise EngineError(
            f"SLURM refused the {files.kind} of {files.model.name}: {told.stderr.strip()}; mend "
            f"`models: {files.model.name}: resources` or `engine: cluster`"
        )
    return told.stdout.strip().split(";")[0]


def _environment() -> dict[str, str]:
    """This process's environment without what SLURM told this process of its own job."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}
    ours.pop("CUDA_VISIBLE_DEVICES", None)
    kept = {name: os.environ[name] for name in ("SLURM_CONF",) if name in os.environ}
    return ours | kept | pythonpath()


def ask_state(job: str) -> tuple[str, str]:
    """State of a job and why it waits; an empty state where SLURM knows no such job."""
    command = ["squeue", "--noheader", "--jobs", job, "--format", "%T|%r"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode and "Invalid job id" not in told.stderr:
        log.warning("squeue fails (%s); job %s is taken to live", told.stderr.strip(), job)
        return "UNKNOWN", told.stderr.strip()
    state, _, reason = told.stdout.strip().partition("|")
    return state, reason
