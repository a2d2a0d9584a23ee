"""A small chat server on the loopback that fails in the ways real ones do."""

import asyncio
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from nvidia_smi import Smi

from mores.engine.models import ModelRef
from mores.engine.settings import Endpoint, Engine, Model
from mores.method.requests import Request


@dataclass
class ChatServer:
    """Answers `say X` with X; the first tries of other messages fail as their first word says."""

    port: int = 0
    tries: Counter = field(default_factory=Counter)
    bodies: list[dict] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    connections: set = field(default_factory=set)
    in_flight: int = 0
    most_in_flight: int = 0
    together: int = 0  # how many must have been in flight at once before any is answered
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # which `queue` waits for

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        self.connections.add(request.transport)
        self.in_flight += 1
        self.most_in_flight = max(self.in_flight, self.most_in_flight)
        try:
            said = body["messages"][-1]["content"]
            if said.startswith("stream "):
                return await self._stream(request, body, said.split()[1:])
            return await self._answer(request, said)
        finally:
            self.in_flight -= 1

    async def _stream(self, request: web.Request, body: dict, said: list[str]) -> web.Response:
        """A stream of its words; what some of them say is done instead of said."""
        self.tries[said[0]] += 1
        if not body.get("stream"):
            return web.json_response(chat_completion("".join(said)))
        if said[0] == "unknown":
            return web.json_response({"message": "extra keys: stream_options"}, status=422)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        first = self.tries[said[0]] == 1
        for word in said:
            if word == "fall" and first:
                request.transport.abort()
            while word == "breathe" and first:
                await response.write(b": still here\n\n")
                await asyncio.sleep(0.02)
            await response.write(event({"choices": [{"delta": {"content": word}}]}))
            await asyncio.sleep(0.05)
        whole = chat_completion("")
        del whole["choices"][0]["message"]
        if said[0] == "uncounted":
            del whole["usage"]
        await response.write(event(whole | {"choices": [whole["choices"][0] | {"delta": {}}]}))
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _answer(self, request: web.Request, said: str) -> web.StreamResponse:
        while self.most_in_flight < self.together:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        self.tries[said] += 1
        how, first = said.split()[0], self.tries[said] == 1
        if how == "refuse":
            return web.json_response({"message": "the prompt is too long"}, status=400)
        if how == "always500" or (how == "once500" and first):
            return web.Response(status=500, text="engine dead")
        if how == "once429" and first:
            return web.Response(status=429, headers={"Retry-After": "2"})
        if how == "garbage" and first:
            return web.Response(text="<html>proxy error</html>")
        if how == "choiceless" and first:
            return web.json_response({"choices": []})
        if how == "abort" and first:
            return web.json_response(chat_completion("cut off", "abort"))
        if how == "queue":
            async with self.turn:
                await asyncio.sleep(0.02)
        if how == "hang" and first:
            await asyncio.sleep(5)
        if how == "reset" and first:
            request.transport.abort()
        return web.json_response(chat_completion(said.removeprefix("say ")))


def event(said: dict) -> bytes:
    """An event of a stream."""
    return b"data: " + json.dumps(said).encode() + b"\n\n"


def chat_completion(text: str, finish_reason: str = "stop") -> dict:
    """The JSON of a chat completion."""
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    return {"choices": [{"message": message, "finish_reason": finish_reason}], "usage": usage}


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    server, ready = ChatServer(), threading.Event()
    stops = []

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", server.chat)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.port = runner.addresses[0][1]
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    ready.wait()
    yield server
    stops[0]()
    thread.join()


@pytest.fixture
def model() -> ModelRef:
    return ModelRef("tiny", Model(path="someone/tiny", revision="abc"), "someone/tiny@abc")


@pytest.fixture
def settings(chat_server: ChatServer) -> Engine:
    """Engine settings that name the chat server."""
    endpoint = Endpoint(url=chat_server.url, served_model="served-tiny")
    return Engine(launcher="endpoint", endpoints={"tiny": endpoint}, retries=2, request_timeout=0.5)


@pytest.fixture
def request_to() -> Callable[..., Request]:
    """Makes a request with one user turn."""

    def make(said: str, **sampling) -> Request:
        given = {"temperature": 0.6, "top_p": 0.95, "max_tokens": 8, "seed": 1}
        return Request(({"role": "user", "content": said},), given | sampling)

    return make


@pytest.fixture
def smi(tmp_path, monkeypatch):
    """Three GPUs."""
    made = Smi(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{made.path.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    for module in ("devices", "gpus"):
        monkeypatch.setattr(f"mores.engine.{module}.on_cpu", lambda: False)
    return made
