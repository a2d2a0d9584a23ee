"""A busy client interrupted twice: asyncio alone, with KeyboardInterrupt, hung in 6 of 77 tries."""

import random
import subprocess
import sys
import time

import pytest

TRIES = 12
GAPS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2)  # seconds from one SIGINT to the next
CLIENT = """
import sys
from pathlib import Path
from mores.engine.generate import Asker
from mores.engine.models import model_ref
from mores.engine.settings import Endpoint, Engine, Model
from mores.method.requests import Request
from mores.process import run

def main():
    served = {"a": Endpoint(url=sys.argv[1], served_model="a")}
    ask = Asker(
        ref=model_ref("a", Model(path="some/model", revision="0")),
        engine=Engine(launcher="endpoint", endpoints=served, concurrency=256),
        journal=Path("journal.jsonl"),
        made_by={},
    )
    ask([Request(({"role": "user", "content": "?"},), {"seed": n}) for n in range(20000)], "asks")

run(main)
"""


@pytest.mark.long
def test_a_busy_client_that_is_interrupted_twice_ends(endpoint, tmp_path, pythonpath):
    draw, journal = random.Random(0), tmp_path / "journal.jsonl"
    endpoint.reply = lambda body: time.sleep(random.random() * 2) or "1"
    for _ in range(TRIES):
        journal.unlink(missing_ok=True)
        client = subprocess.Popen(
            [sys.executable, "-c", CLIENT, endpoint.url],
            cwd=tmp_path,
            env=pythonpath,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not journal.exists() or journal.read_bytes().count(b"\n") < 100:
            time.sleep(0.05)
        time.sleep(draw.uniform(0, 0.3))
        client.send_signal(2)
        time.sleep(draw.choice(GAPS))
        client.send_signal(2)
        _, told = client.communicate(timeout=10)
        assert "stopped by SIGINT" in told and "Traceback" not in told
        assert journal.read_bytes().endswith(b"\n")
