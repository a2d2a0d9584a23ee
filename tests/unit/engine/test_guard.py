"""The guard before a real ASGI server: nothing without the key, from this host or another."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from mores.engine.guard import NAME, Guard
from mores.engine.models import model_ref
from mores.engine.server import Room, Server, members
from mores.engine.settings import Engine, Model
from mores.process import pythonpath

DEMO = Path(__file__).parents[3] / "resources/demo/model"

KEY = "0123456789abcdef" * 2
SERVER = """
import importlib, sys
import uvicorn
from fastapi import FastAPI, WebSocket
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

app = FastAPI(lifespan=None)
app.mount("/metrics", Starlette(routes=[Route("/", lambda request: PlainTextResponse("secret"))]))

@app.get("/health")
def health():
    return "secret"

@app.websocket("/ws")
async def talk(socket: WebSocket):
    await socket.accept()
    await socket.send_text("secret")

module, _, name = sys.argv[2].rpartition(".")
app.add_middleware(getattr(importlib.import_module(module), name))  # as vLLM does it
uvicorn.run(app, host=sys.argv[3], port=int(sys.argv[1]), log_level="warning")
"""
ASK = """
import http.client, sys
asked = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=10)
asked.request("GET", "/health", headers={"Authorization": sys.argv[3]} if sys.argv[3:] else {})
reply = asked.getresponse()
print(reply.status, reply.read().decode())
"""


@contextmanager
def serving(environment, bind="127.0.0.1"):
    with socket.socket() as free:
        free.bind((bind, 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVER, str(port), NAME, bind]
    process = subprocess.Popen(command, env=environment | {"VLLM_API_KEY": KEY})
    try:
        deadline = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def port():
    with serving(os.environ | pythonpath()) as found:
        yield found


def ask(port, path="/health", method="GET", *headers) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    reply = connection.getresponse()
    return reply.status, reply.read()


def test_who_has_the_key_is_served(port):
    known = ("Authorization", f"Bearer {KEY}")
    assert ask(port, "/health", "GET", known) == (200, b'"secret"')
    assert ask(port, "/metrics/", "GET", known) == (200, b"secret")


@pytest.mark.parametrize(
    "path", ["/", "/health", "/metrics", "/metrics/", "/docs", "/v1", "//x", "*"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD", "DELETE", "TRACE", "PATCH"])
def test_nobody_else_gets_anything(port, path, method):
    assert ask(port, path, method) == (401, b"")


@pytest.mark.parametrize(
    "given",
    [
        [KEY],
        [f"bearer {KEY}"],
        [f"Bearer {KEY} "[:-2]],
        [f"Bearer {KEY}0"],
        [f"Basic {KEY}"],
        ["Bearer "],
        [""],
        [f"Bearer {KEY}", "Bearer x"],
        [f"Bearer {KEY}"] * 2,
        ["Bearer \xff"],
    ],
)
def test_what_is_nearly_the_key_is_none(port, given):
    headers = [("Authorization", one) for one in given]
    assert ask(port, "/health", "GET", *headers) == (401, b"")


def test_a_websocket_is_closed_before_it_is_opened(port):
    upgrade = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    status, said = ask(port, "/ws", "GET", *upgrade)
    assert status in (401, 403) and b"secret" not in said


VLLM = """
import json, sys
from starlette.testclient import TestClient
from vllm.entrypoints.launchers.app import build_app
from vllm.entrypoints.launchers.cli_args import make_arg_parser
from vllm.utils.argparse_utils import FlexibleArgumentParser

parser = make_arg_parser(FlexibleArgumentParser())
app = build_app(parser.parse_args(["--model", "m", "--middleware", sys.argv[1]]), ("generate",))
client = TestClient(app, raise_server_exceptions=False)
told = {"first": app.user_middleware[0].cls.__name__, "strangers": {}, "known": {}}
for path in sorted({route.path for route in app.routes} | {"/", "/metrics/", "/none"}):
    for method in ("GET", "POST", "OPTIONS", "HEAD"):
        reply = client.request(method, path, json={})
        told["strangers"][f"{method} {path}"] = [reply.status_code, reply.text]
known = {"Authorization": f"Bearer {sys.argv[2]}"}
for path in ("/version", "/openapi.json", "/none"):
    told["known"][path] = client.get(path, headers=known).status_code
print("\\n" + json.dumps(told))
"""


def test_every_path_that_vllm_serves_is_guarded():
    """The installed vLLM's own application, without an engine behind it."""
    done = subprocess.run(
        [sys.executable, "-c", VLLM, NAME, KEY],
        env=os.environ | pythonpath() | {"VLLM_API_KEY": KEY},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["first"] == "Guard", "nothing that vLLM has stands before it"
    assert {"POST /invocations", "POST /tokenize", "GET /metrics"} <= set(told["strangers"])
    assert set(map(tuple, told["strangers"].values())) == {(401, "")}
    assert told["known"] == {"/version": 200, "/openapi.json": 200, "/none": 404}


def test_a_server_without_a_key_does_not_start(monkeypatch):
    monkeypatch.delenv("VLLM_API_KEY", raising=False)
    with pytest.raises(KeyError):
        Guard(None)


@contextmanager
def another_host():
    """A network namespace with one wire to this host: how to run there, and this host's address."""
    name = f"mores{os.getpid()}"
    here, there = f"m{os.getpid()}a", f"m{os.getpid()}b"
    commands = [
        f"ip netns add {name}",
        f"ip link add {here} type veth peer name {there} netns {name}",
        f"ip addr add 10.213.97.1/30 dev {here}",
        f"ip link set {here} up",
        f"ip -n {name} addr add 10.213.97.2/30 dev {there}",
        f"ip -n {name} link set {there} up",
    ]
    try:
        for command in commands:
            done = subprocess.run(
                ["sh", "-c", command], capture_output=True, text=True, check=False
            )
            if done.returncode:
                told = f"ANOTHER HOST NOT TRIED: {command}: {done.stderr.strip()}"
                (pytest.fail if "REQUIRE_ALL" in os.environ else pytest.skip)(told)
        yield ["ip", "netns", "exec", name], "10.213.97.1"
    finally:
        for command in (f"ip netns del {name}", f"ip link del {here}"):
            subprocess.run(["sh", "-c", command], capture_output=True, check=False)


def test_another_host_gets_nothing_without_the_key():
    with another_host() as (there, address), serving(os.environ | pythonpath(), "0.0.0.0") as port:

        def told(*header):
            asked = [*there, sys.executable, "-c", ASK, address, str(port), *header]
            return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()

        assert told() == told("Bearer x") == "401"
        assert told(f"Bearer {KEY}") == '200 "secret"'


STRANGER = """
import http.client, json, socket, sys
address, port, paths, ports = json.loads(sys.argv[1])

def ask(path, method, known, body=None):
    asked = http.client.HTTPConnection(address, port, timeout=60)
    asked.request(method, path, body, {"Content-Type": "application/json"} | known)
    reply = asked.getresponse()
    return reply.status, reply.read().decode()

body = json.dumps({"model": "demo", "prompt": "a", "max_tokens": 1, "messages": []})
told = {}
for path in paths:
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
        for known in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}):
            told[f"{method} {path} {known}"] = ask(path, method, known, body)
reached = [one for one in ports if socket.socket().connect_ex((address, one)) == 0]
known = {"Authorization": "Bearer " + sys.stdin.read()}
print(json.dumps([told, reached, ask("/v1/completions", "POST", known, body)[0]]))
"""


@pytest.mark.long
def test_another_host_gets_nothing_from_a_real_server(tmp_path):
    """vLLM with the demo model, on all interfaces as SLURM's are: every path, and every port."""
    model = model_ref("demo", Model(path=str(DEMO), dtype="float32", max_model_len=512))
    with another_host() as (there, address):
        room = Room("0.0.0.0", address)
        server = Server(model, Engine(), room, tmp_path / "log", room.free_port())
        server.start()
        try:
            assert server.wait_until_ready(lambda: False)
            known = ("Authorization", f"Bearer {server.key}")
            told = json.loads(ask(server.port, "/openapi.json", "GET", known)[1])
            paths = {*told["paths"], "/no"}
            assert {"/invocations", "/tokenize", "/metrics"} <= paths
            listening = [
                one.laddr.port
                for process in members(server.process.pid)
                for one in process.net_connections("tcp")
                if one.status == psutil.CONN_LISTEN
            ]
            assert len(listening) > 1, "the engine's own sockets are among them"
            asked = json.dumps([address, server.port, sorted(paths), listening])
            done = subprocess.run(
                [*there, sys.executable, "-I", "-c", STRANGER, asked],
                input=server.key,
                capture_output=True,
                text=True,
                check=True,
            )
        finally:
            server.stop()
    told, reached, served = json.loads(done.stdout)
    assert len(told) == len(paths) * 18
    assert set(map(tuple, told.values())) == {(401, "")}
    assert reached == [server.port]
    assert served == 200
