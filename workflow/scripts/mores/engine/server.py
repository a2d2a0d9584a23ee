"""One vLLM OpenAI-compatible server as a child process group."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from mores.engine import guard
from mores.engine.arguments import arguments, environment
from mores.engine.client import Address
from mores.engine.exchange import escaped
from mores.engine.models import ModelRef
from mores.engine.remains import Remains
from mores.engine.settings import Engine
from mores.errors import EngineError
from mores.files import write_json
from mores.process import die_with_parent

STOP_SECONDS = 15
POLL_SECONDS = 0.5
TAKEN = "address already in use"
# The loopback is never reached through a proxy, whatever the environment says.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
COMPLAINT = re.compile(r"\b\w*(?:Error|Exception): .+")
TOKENS = re.compile(r"^vllm:(?:prompt|generation)_tokens_total\{.*\} (\S+)$", re.M)
# The last errors of a failed start only point at the first, which its worker told.
ECHO = re.compile(r"See (?:root cause above|stack trace for root cause)")


class PortTaken(EngineError):
    """Another program has taken the server's port meanwhile."""


@dataclass(frozen=True)
class Room:
    """Where a server stands: the address it binds, its host's name to clients, its devices.

    `note` is the file that tells its process group and what else there is of it, for whoever ends
    what a killed supervisor left.
    """

    bind: str
    host: str
    environment: dict[str, str] = field(default_factory=dict)
    note: Path | None = None

    def free_port(self) -> int:
        """A port nobody listens on now."""
        with socket.socket() as listener:
            listener.bind((self.bind, 0))
            return listener.getsockname()[1]


@dataclass
class Server:
    """A running (or starting) server: its address, its log, its process group."""

    model: ModelRef
    engine: Engine
    room: Room
    log: Path
    port: int
    key: str = field(default_factory=lambda: secrets.token_hex(16))
    remains: Remains = field(default_factory=Remains.new)

    @property
    def address(self) -> Address:
        """What a client needs to know."""
        url = f"http://{self.room.host}:{self.port}/v1"
        return Address(url, self.model.name, self.key, str(self.log))

    def start(self) -> None:
        """Start the process in a group of its own; it dies with its parent."""
        command = [sys.executable, "-m", "mores.engine.serve", self.remains.sockets]
        command += ["--host", self.room.bind, "--port", str(self.port), "--middleware", guard.NAME]
        command += arguments(self.model, self.engine)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        given = environment(self.model, self.engine, self.key) | self.room.environment
        with open(self.log, "wb") as stream:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=given | self.remains.environment,
                start_new_session=True,
                # SIGTERM lets it end its engine's processes too: SIGKILL would leave them.
                preexec_fn=die_with_parent,
            )
        self._note()

    def _note(self) -> None:
        if self.room.note:
            group = self.process.pid
            started = psutil.Process(group).create_time()
            told = {"group": group, "started": started, "remains": asdict(self.remains)}
            write_json(self.room.note, told)

    def wait_until_ready(self, given_up: Callable[[], bool]) -> bool:
        """True when the server takes requests, false as soon as `given_up()`.

        Raises PortTaken when another program has its port, EngineError when the server ends for
        another reason or takes longer than `start_timeout`.
        """
        deadline = time.monotonic() + self.engine.start_timeout
        while not (self.listens() and self.healthy() and self.serves_model()):
            if self.process.poll() is not None:
                taken = TAKEN in self.log.read_text(encoding="utf-8", errors="replace").lower()
                raise (PortTaken if taken else EngineError)(
                    f"the vLLM server of model {self.model.name} ended while starting"
                    f"{last_complaint(self.log)}; its log is {self.log}"
                )
            if time.monotonic() > deadline:
                raise EngineError(
                    f"the vLLM server of model {self.model.name} was not ready after "
                    f"{self.engine.start_timeout:g} s (engine: start_timeout); "
                    f"its log is {self.log}"
                )
            if given_up():
                return False
            time.sleep(POLL_SECONDS)
        self.remains = self.remains.seen(members(self.process.pid))
        self._note()
        return True

    def listens(self) -> bool:
        """Whether a process of ours has the port: another user's there would learn key and prompts.

        Until then nothing is sent to it.
        """
        return any(self.port in _ports(process) for process in members(self.process.pid))

    def healthy(self) -> bool:
        """Whether /health answers. The exit code tells nothing: a crashed engine exits with 0."""
        return self._get("/health") is not None

    def serves_model(self) -> bool:
        """Whether it is our server at that port: it knows our key and our model."""
        models = self._get("/v1/models")
        if models is None:
            return False
        return self.model.name in {row["id"] for row in json.loads(models)["data"]}

    def tokens(self) -> float | None:
        """Tokens read and made so far, while requests are at work; None while there are none."""
        told = (self._get("/metrics") or b"").decode(errors="replace")
        if not sum(map(float, re.findall(r"^vllm:num_requests_running\{.*\} (\S+)$", told, re.M))):
            return None
        return sum(map(float, TOKENS.findall(told)))

    def _get(self, path: str) -> bytes | None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {self.key}"}
        )
        try:
            with OPENER.open(request, timeout=10) as response:
                return response.read()
        except OSError:  # URLError and time-outs are OSErrors
            return None

    def stop(self) -> None:
        """End the whole process group: SIGTERM first, SIGKILL for what is left."""
        remains = self.remains.seen(members(self.process.pid))
        stop_group(self.process.pid)
        self.process.wait()
        remains.clear()
        if self.room.note:
            self.room.note.unlink(missing_ok=True)


def last_complaint(log: Path) -> str:
    """The last error that a log tells, to be put into a message; empty where it tells none."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    for number in reversed(range(len(lines))):
        found = COMPLAINT.search(lines[number])
        if found and not ECHO.search(lines[number]):
            detail = lines[number + 1 : number + 2]  # pydantic tells what was wrong a line below
            more = [line.strip() for line in detail if line.startswith("  ")]
            return f" ({escaped('; '.join([found[0], *more]), 400)})"
    return ""


def stop_group(group: int) -> None:
    """End a process group and wait until no process of it is left."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + STOP_SECONDS
        while members(group) and time.monotonic() < deadline:
            time.sleep(0.2)


def members(group: int) -> list[psutil.Process]:
    """The living processes of a group (zombies aside)."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == group and process.info["status"] != "zombie":
                found.append(process)
        except (ProcessLookupError, PermissionError):
            continue
    return found


def _ports(process: psutil.Process) -> set[int]:
    """The TCP ports at which a process listens."""
    try:
        found = process.net_connections("tcp")
    except psutil.Error:
        return set()
    return {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN}
