import dataclasses
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from hostile import a_hostile_server, http

from mores.engine.client import Address
from mores.engine.launchers.local import Local, end_orphans
from mores.engine.models import ModelRef
from mores.engine.remains import Remains
from mores.engine.server import PortTaken, Room, Server, last_complaint, members, stop_group
from mores.engine.server_files import ServerFiles
from mores.engine.settings import Engine, Model, Resources
from mores.engine.supervisor import Demand, Stall
from mores.errors import EngineError
from mores.files import write_json

DEMO = Path(__file__).parents[3] / "resources/demo/model"
# A parent and a child of one group; the child is deaf to SIGTERM, as a hung engine is.
FAMILY = """
import signal, subprocess, sys, time
deaf = "signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
child = subprocess.Popen(
    [sys.executable, "-c", "import signal, time; " + deaf], stdout=subprocess.PIPE
)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def family():
    process = subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, start_new_session=True
    )
    child = int(process.stdout.readline())
    yield process, child
    for one in members(process.pid):
        one.kill()
    process.wait()


@pytest.fixture
def files(model, tmp_path):
    return ServerFiles(tmp_path / "host", model, Engine(), tmp_path / "logs")


def test_whole_group_ends_the_deaf_ones_too(family, monkeypatch):
    process, child = family
    monkeypatch.setattr("mores.engine.server.STOP_SECONDS", 1)
    assert {one.pid for one in members(process.pid)} == {process.pid, child}
    stop_group(process.pid)
    assert members(process.pid) == []


def test_left_over_server_is_ended_and_a_stranger_with_its_number_spared(
    family, files, monkeypatch
):
    process, _ = family
    monkeypatch.setattr("mores.engine.server.STOP_SECONDS", 1)
    started = psutil.Process(process.pid).create_time()
    end_orphans(files)  # nothing is noted
    write_json(files.group, {"group": process.pid, "started": started - 100})
    end_orphans(files)
    assert len(members(process.pid)) == 2
    remains = Remains.new()
    noted = {"group": process.pid, "started": started, "remains": dataclasses.asdict(remains)}
    write_json(files.group, noted)
    end_orphans(files)
    assert members(process.pid) == []
    assert not Path(remains.sockets).exists()


def test_orphans_of_a_stranger_are_spared(family, files):
    process, child = family
    process.kill()
    process.wait()
    write_json(files.group, {"group": process.pid, "started": 0.0})
    end_orphans(files)
    assert [one.pid for one in members(process.pid)] == [child]


def test_order_says_all_a_supervisor_needs_and_is_private(files):
    files.write_order()
    assert ServerFiles.read_order(files.order) == files
    assert files.order.stat().st_mode & 0o077 == 0


def test_a_supervisor_finds_packages_where_its_environment_has_them(files, tmp_path, monkeypatch):
    """As with environment modules, whose packages come by PYTHONPATH; it asks for too many GPUs."""
    (tmp_path / "modules").mkdir()
    heard = tmp_path / "heard"
    hook = f"import sys; open({str(heard)!r}, 'a').write(' '.join(sys.orig_argv))"
    (tmp_path / "modules/sitecustomize.py").write_text(hook)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))
    settings = Model(path=str(DEMO), resources=Resources(gpus=99))
    many = dataclasses.replace(files, model=dataclasses.replace(files.model, settings=settings))
    with suppress(EngineError):  # where it ends before it is seen
        Local(many).start()
    deadline = time.monotonic() + 60
    while not many.failure.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "gpus: 99 asked" in many.failure.read_text()
    assert "mores.engine.supervisor" in heard.read_text()


def test_servers_are_shared_by_settings_that_matter_and_no_others(files, model):
    def name(**changed):
        return ServerFiles(files.folder, model, Engine(**changed), files.logs).name

    assert name(concurrency=8, idle_timeout=5) == files.name
    assert name(server_env={"A": "1"}) != files.name
    assert name(server_args=["--max-num-seqs", "8"]) != files.name


class Present:
    """Marks as a test wants them: who is present in which folder."""

    def __init__(self, **counts):
        self.counts = counts

    def present(self, folder):
        return self.counts.get(folder.name.split(".")[-1], 0)


@pytest.mark.parametrize(
    ("stays", "counts", "over"),
    [
        (True, {"runs": 1}, False),  # more jobs of the run may come
        (True, {"runs": 1, "waiting": 1}, True),
        (True, {"runs": 1, "waiting": 1, "leases": 1}, False),
        (False, {"runs": 1}, True),  # a SLURM job gives its GPU back
        (False, {"runs": 1, "leases": 1}, False),
        (False, {}, True),
    ],
)
def test_a_server_is_needed_or_not(files, stays, counts, over):
    files = dataclasses.replace(files, engine=Engine(idle_timeout=0.01))
    demand = Demand(files, SimpleNamespace(marks=Present(**counts)), stays)
    demand.serve(Address("u", "m", "k", "l"))
    time.sleep(0.02)
    assert demand.over() == over
    assert files.endpoint.exists() != over


def test_a_job_that_comes_at_the_last_moment_is_served(files):
    demand = Demand(files, SimpleNamespace(marks=Present()), stays=False)
    demand.serve(Address("u", "m", "k", "l"))
    seen = iter([0, 0, 1])  # leases, runs, and then leases again
    demand.present = lambda folder: next(seen)
    demand.last -= 2 * files.engine.idle_timeout
    assert not demand.over()
    assert files.address() == Address("u", "m", "k", "l")


def test_a_port_that_another_program_has_is_told_apart(files):
    """The real server: it binds its port before it loads anything."""
    room = Room("127.0.0.1", "127.0.0.1")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        demo = ModelRef("demo", Model(path=str(DEMO), dtype="float32"), "d")
        server = Server(demo, Engine(), room, files.logs / "taken.log", port)
        server.start()
        try:
            with pytest.raises(PortTaken, match=r"ended while starting .*taken\.log"):
                server.wait_until_ready(lambda: False)
        finally:
            server.stop()


def test_a_stranger_that_has_the_port_is_sent_nothing_whatever_it_would_say(files):
    with a_hostile_server() as stranger:
        stranger.behave(http(b'{"data": [{"id": "tiny"}]}'))
        port = int(stranger.url.split(":")[2].removesuffix("/v1"))
        room = Room("127.0.0.1", "127.0.0.1")
        server = Server(files.model, files.engine, room, files.logs / "s.log", port)
        server.process = subprocess.Popen(["sleep", "60"], start_new_session=True)
        try:
            assert server.healthy() and server.serves_model(), "it would be taken for ours"
            stranger.asked.clear()
            given_up = iter([False, True])
            assert not server.wait_until_ready(lambda: next(given_up))
            assert stranger.asked == []
        finally:
            server.stop()


def test_address_is_there_or_not(files):
    assert files.address() is None
    write_json(files.endpoint, {"url": "u", "served_model": "m", "key": "k", "log": "l"})
    assert files.address().url == "u"


def test_complaint_is_the_cause_not_its_echo(tmp_path):
    log = tmp_path / "server.log"
    log.write_text(
        "INFO starting\n(Worker) ERROR ValueError: no memory left\n"
        "Exception: WorkerProc initialization failed due to an exception in a background process. "
        "See stack trace for root cause.\n"
        "RuntimeError: Engine core initialization failed. See root cause above.\n"
    )
    assert last_complaint(log) == " (ValueError: no memory left)"
    log.write_text("pydantic.ValidationError: 1 error for X\n  Value error, too small\n    For\n")
    assert last_complaint(log) == " (ValidationError: 1 error for X; Value error, too small)"
    log.write_text("INFO starting\n")
    assert last_complaint(log) == ""


METRICS = """# HELP vllm:num_requests_running Number of requests in model execution batches.
vllm:num_requests_running{engine="0",model_name="m"} 2.0
vllm:prompt_tokens_total{engine="0",model_name="m"} 30.0
vllm:generation_tokens_total{engine="0",model_name="m"} 12.0
"""


def test_a_server_tells_its_tokens_while_it_has_requests(model, tmp_path, monkeypatch):
    server = Server(model, Engine(), Room("127.0.0.1", "127.0.0.1"), tmp_path / "log", 1)
    monkeypatch.setattr(server, "_get", lambda path: METRICS.encode())
    assert server.tokens() == 42
    monkeypatch.setattr(server, "_get", lambda path: METRICS.replace(" 2.0", " 0.0").encode())
    assert server.tokens() is None
    monkeypatch.setattr(server, "_get", lambda path: None)
    assert server.tokens() is None


def test_a_server_that_has_requests_and_makes_no_token_for_long_hangs(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("mores.engine.supervisor.time.monotonic", lambda: now[0])

    def hangs(*tokens: float | None) -> list[float]:
        stall, when = Stall(), []
        for number in tokens:
            now[0] += 60
            when += [now[0]] if stall.lasts(lambda number=number: number) else []
        return when

    assert hangs(*[7.0] * 11) == []
    assert len(hangs(*[7.0] * 13)) == 2
    assert hangs(*[7.0, 8.0] * 20) == []
    assert hangs(*[None] * 40) == []
    assert hangs(*[7.0] * 9, None, *[7.0] * 9) == []
