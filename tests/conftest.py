"""What tests share: a checkout to run, an endpoint, real data, the guard of GPU tests.

In a checkout everything is real: Snakemake, the vLLM server, the demo model.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling, Scheduling

pytest_plugins = ["browser"]
ROOT = Path(__file__).parents[1]
# A loaded machine takes longer over an example than over the same one again.
settings.register_profile("mores", deadline=None)
settings.load_profile("mores")
CLUSTER = "tests/cluster/"
PARTS = ("Snakefile", "workflow", "config", "profiles", "resources")


# A shell that starts tests in the background, or `nohup`, has signals ignored, and children would.
HEARD = {signal.SIGINT: signal.default_int_handler, signal.SIGQUIT: signal.SIG_DFL}
for number, handler in (HEARD | {signal.SIGHUP: signal.SIG_DFL}).items():
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, handler)


class Checkout:
    """A copy of the repository in which the workflow runs, with options of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.options: tuple[str, ...] = ("--cores", "2")
        self.environment = {"PYTHONUNBUFFERED": "1"}
        self.before: tuple[str, ...] = ()  # what the command begins with, as `strace` does
        self.unset: set[str] = set()
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, folder / part)

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start Snakemake as a shell would: in a process group of its own."""
        command = [*self.before, sys.executable, "-m", "snakemake", *self.options, *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={key: os.environ[key] for key in os.environ.keys() - self.unset} | self.environment,
        )

    def run(self, *arguments: str) -> str:
        """Run Snakemake to its end, which must be a good one; what it printed."""
        process = self.start(*arguments)
        told, _ = process.communicate(timeout=600)
        assert process.returncode == 0, told[-5000:]
        return told

    def rows(self, path: str) -> list[dict]:
        return [json.loads(line) for line in (self.folder / path).read_text().splitlines()]

    def lines(self, path: str) -> int:
        """Lines of a file that may not be there yet."""
        file = self.folder / path
        return file.read_bytes().count(b"\n") if file.exists() else 0

    def table(self) -> dict[tuple[str, str, str], dict[str, str]]:
        header, *lines = (self.folder / "results/scores.tsv").read_text().splitlines()
        names = header.split("\t")
        rows = [dict(zip(names, line.split("\t"), strict=True)) for line in lines]
        return {(row["country"], row["model"], row["method"]): row for row in rows}

    def server_logs(self) -> list[Path]:
        """One log for every start of a server."""
        return list((self.folder / "logs/engine").glob("*.log"))

    def processes(self, *words: str) -> list[psutil.Process]:
        """Living processes of this checkout whose command line has all the words."""
        found = []
        for process in psutil.process_iter():
            try:
                line = " ".join(process.cmdline())
                here = process.cwd() == str(self.folder) and process.status() != "zombie"
            except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
                continue
            if here and all(word in line for word in words):
                found.append(process)
        return found

    def wait_until(self, true: Callable[[], bool], seconds: float = 200) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"not within {seconds} s"
            time.sleep(0.05)

    def wait_for_lines(self, path: str, count: int) -> None:
        """Wait until a file has more than so many lines."""
        self.wait_until(lambda: self.lines(path) > count)

    def left_over(self, seconds: float = 40) -> list[psutil.Process]:
        """Processes still there after they have had some seconds to end."""
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.5)
        return self.processes()


class Endpoint:
    """An OpenAI-compatible server on the loopback whose replies a test writes.

    `reply` maps a body to text, to (text, finish_reason), to a status other than 200, or to bytes
    that are no completion; `trouble` is what a status says. A prompt counts 3
    tokens, a reply its words.
    """

    def __init__(self):
        self.reply = lambda body: "so\n</think>\n\n1"
        self.trouble = lambda body: "in trouble"
        self.bodies: list[dict] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.bodies.append(body)
                reply = endpoint.reply(body)
                if isinstance(reply, int):
                    self.answer(endpoint.trouble(body).encode(), reply)
                elif isinstance(reply, bytes):
                    self.answer(reply)
                else:
                    text, reason = reply if isinstance(reply, tuple) else (reply, "stop")
                    choice = {"message": {"content": text}, "finish_reason": reason}
                    usage = {"prompt_tokens": 3, "completion_tokens": len(text.split())}
                    self.answer(json.dumps({"choices": [choice], "usage": usage}).encode())

            def do_GET(self):
                self.answer(json.dumps({"data": [{"id": "scripted"}]}).encode())

            def answer(self, payload, status=200):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@contextmanager
def an_endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def endpoint():
    with an_endpoint() as made:
        yield made


@pytest.fixture(scope="module")
def module_endpoint():
    """One endpoint for all tests of a file."""
    with an_endpoint() as made:
        yield made


@pytest.fixture(scope="session")
def new_checkout(tmp_path_factory) -> Callable[[], Checkout]:
    return lambda: Checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def checkout(new_checkout) -> Checkout:
    return new_checkout()


@contextmanager
def a_small_disk(folder: Path, size: str) -> Iterator[Callable[[str], object]]:
    """A file system of its own on a folder; gives what changes its options."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("DISKS NOT TESTED: a file system of its own takes root's right to mount")
    try:
        yield lambda option: subprocess.run(
            ["mount", "-o", f"remount,{option}", str(folder)], check=True
        )
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk():
    return a_small_disk


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Other people's real data, read where they lie beside the repository, never part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is absent: checks against real survey data did not run")
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that read real data: `-m shared` runs these alone."""
    for item in items:
        if "shared_data" in item.fixturenames:
            item.add_marker("shared")


class FileByFile(LoadFileScheduling):
    """Give a worker a file of tests at a time, and one worker all that use the machine's SLURM."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return CLUSTER if file.startswith(CLUSTER) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Have `--dist loadfile` keep the cluster's tests together; None is xdist's own choice."""
    return FileByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip `gpu` tests where there is no CUDA device."""
    if item.get_closest_marker("gpu"):
        torch = pytest.importorskip("torch")
        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")
