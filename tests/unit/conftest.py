"""A real endpoint on loopback whose replies a test writes."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import mores


class Endpoint:
    """An OpenAI-compatible server; `reply` maps a body to text or to (text, finish_reason)."""

    def __init__(self):
        self.reply = lambda body: "1"
        self.bodies: list[dict] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.bodies.append(body)
                reply = endpoint.reply(body)
                text, finish = reply if isinstance(reply, tuple) else (reply, "stop")
                self.answer({"choices": [{"message": {"content": text}, "finish_reason": finish}]})

            def do_GET(self):
                self.answer({"data": [{"id": "scripted"}]})

            def answer(self, value):
                payload = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def endpoint():
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def pythonpath() -> dict[str, str]:
    """The environment of a process that imports `mores`."""
    return os.environ | {"PYTHONPATH": str(Path(mores.__file__).parents[1])}
