"""Servers that are hostile or broken: each ends in a retry or one clear line, within bounds."""

import json
import logging
import re
import subprocess
import sys
import time

import pytest
import tenacity
from hostile import (
    ANSI,
    ENDED,
    EVENTS,
    KEY,
    REFUSED,
    RETRIED,
    a_hostile_server,
    answered,
    chunk,
    endless,
    http,
    to,
    token,
    waiting,
)

from mores.engine import exchange
from mores.engine.generate import Asker
from mores.engine.preflight import Needs
from mores.engine.preflight.server import check_endpoint
from mores.engine.settings import Endpoint, Engine
from mores.errors import EngineError

TIMEOUT, RETRIES = 1.0, 1
ENDLESS = 60  # seconds: more than a busy machine takes, and less than these servers would, for ever
PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*")


@pytest.fixture(scope="module")
def hostile():
    with a_hostile_server() as made:
        yield made


@pytest.fixture
def asker(model, hostile, tmp_path, monkeypatch):
    """What asks the hostile server, with little patience."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLANTED", KEY)
    monkeypatch.setattr(exchange, "PATIENCE", 0.3)
    monkeypatch.setattr(tenacity, "wait_exponential_jitter", lambda **_: tenacity.wait_none())
    served = Endpoint(url=hostile.url, served_model="m", key_variable="PLANTED")
    engine = Engine(
        launcher="endpoint",
        endpoints={"tiny": served},
        retries=RETRIES,
        request_timeout=TIMEOUT,
        concurrency=4,
    )
    return Asker(ref=model, engine=engine, journal=tmp_path / "j.jsonl", made_by={})


def fit_to_be_shown(told: str) -> bool:
    return bool(PRINTABLE.fullmatch(told)) and KEY[3:] not in told and len(told) < 1500


@pytest.mark.parametrize("name", RETRIED)
def test_what_may_pass_is_tried_again_then_told_in_a_line(
    hostile, asker, request_to, name, capsys, caplog
):
    hostile.behave(RETRIED[name])
    caplog.set_level(logging.INFO)
    begun = time.monotonic()
    with pytest.raises(EngineError, match=r"failed 2 times, at last: .*http://127") as told:
        asker([request_to("say 4")], "test")
    assert time.monotonic() - begun < ENDLESS
    assert len(hostile.asked) == 1 + RETRIES
    assert fit_to_be_shown(str(told.value))
    assert all(fit_to_be_shown(record.getMessage()) for record in caplog.records)
    assert KEY not in capsys.readouterr().err
    assert asker.journal.read_bytes() == b""
    hostile.behave(answered())
    (right,) = asker([request_to("say 4")], "test")
    assert right.text == "4"


@pytest.mark.parametrize("name", REFUSED)
def test_what_will_not_pass_is_told_in_a_line_at_once(hostile, asker, request_to, name):
    hostile.behave(REFUSED[name])
    with pytest.raises(EngineError, match=r"refused a request \(HTTP \d\d\d: .*'say 4'") as told:
        asker([request_to("say 4")], "test")
    assert hostile.asked == ["/v1/chat/completions"]
    assert fit_to_be_shown(str(told.value))
    assert asker.journal.read_bytes() == b""


def test_there_are_enough_of_them():
    assert len(RETRIED) + len(REFUSED) >= 120


def test_another_host_is_neither_asked_nor_told_the_key(hostile, asker, request_to):
    with a_hostile_server() as other:
        other.behave(answered())
        hostile.behave(to(f"{other.url}/chat/completions", "307 Temporary Redirect"))
        with pytest.raises(
            EngineError, match=r"HTTP 307: it sends to http://127.*name it in `url`"
        ):
            asker([request_to("say 4")], "test")
        assert other.asked == []


def test_what_is_odd_and_no_harm_is_an_answer(hostile, asker, request_to):
    hostile.behave(http(answered().split(b"\r\n\r\n")[1], "200 OK", "X-A: \x1b[31m".strip()))
    assert asker([request_to("say 1")], "test")[0].text == "4"
    hostile.behave(answered(choice={"message": {"content": "\x1b[31m"}}, usage={"x": 1}))
    assert asker([request_to("say 2")], "test")[0].text == "\x1b[31m"


def test_a_refusal_that_speaks_of_streams_is_asked_once_more_without(hostile, asker, request_to):
    hostile.behave(http(b"stream: no such key " + ANSI.encode(), "400 Bad"))
    with pytest.raises(EngineError, match=r"refused a request \(HTTP 400: stream: no") as told:
        asker([request_to("say 4")], "test")
    assert len(hostile.asked) == 2 and fit_to_be_shown(str(told.value))


def test_a_stream_that_does_not_end_after_its_end_is_an_answer(hostile, asker, request_to):
    whole = token(usage={"prompt_tokens": 3}) + ENDED + b"data: [DONE]\n\n"
    hostile.behave(endless(EVENTS, chunk(whole)))
    assert asker([request_to("say 1")], "test")[0].text == "4"
    hostile.behave(waiting(whole))
    assert asker([request_to("say 2")], "test")[0].text == "4"


def test_a_long_wait_is_told_once_and_never_longer_than_patience(
    hostile, asker, request_to, caplog, monkeypatch
):
    monkeypatch.setattr("mores.engine.client.LONG", 2)
    monkeypatch.setattr(exchange, "PATIENCE", 2)
    hostile.behave(RETRIED["wait for ever"])
    with pytest.raises(EngineError):
        asker([request_to(f"say {number}") for number in range(4)], "test")
    waits = [one.getMessage() for one in caplog.records if "asking again in" in one.getMessage()]
    assert len(waits) == 1 and "HTTP 429" in waits[0]


@pytest.mark.parametrize("name", ["JSON nested 200,000 deep", "a gzip bomb", "never", "no HTTP"])
def test_preflight_tells_them_too(hostile, monkeypatch, name):
    monkeypatch.setattr("mores.engine.preflight.server.SECONDS", TIMEOUT)
    monkeypatch.setenv("PLANTED", KEY)
    hostile.behave(RETRIED[name])
    served = Endpoint(url=hostile.url, served_model="m", key_variable="PLANTED")
    (finding,) = check_endpoint(served, Needs("", 1, adapters=True))
    assert finding.state == "fault" and fit_to_be_shown(finding.told)


def test_a_key_in_a_preflights_answer_is_not_shown(hostile, monkeypatch):
    monkeypatch.setenv("PLANTED", KEY)
    hostile.behave(RETRIED["the key as an answer"])
    served = Endpoint(url=hostile.url, served_model="m", key_variable="PLANTED")
    assert all(fit_to_be_shown(one.told) for one in check_endpoint(served, Needs("", 1)))


CLIENT = """
import json, resource, sys
from pathlib import Path
from mores.engine.client import Address, ask
from mores.engine.settings import Engine
from mores.errors import EngineError
from mores.method.requests import Request

engine = Engine(retries=1, request_timeout=20, concurrency=64)
sampling = {"temperature": 1.0, "max_tokens": 8}
requests = {
    str(n): Request(({"role": "user", "content": f"say {n}"},), sampling) for n in range(64)
}
address = Address(sys.argv[1], "m", None, None)
kept = []
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
import aiohttp, tenacity
before = peak()
try:
    ask(requests, address, engine, lambda: True, kept.append)
except EngineError as error:
    print(json.dumps({"before": before, "after": peak(), "kept": len(kept), "told": str(error)}))
"""


@pytest.mark.parametrize(
    "name",
    [
        *("a body of 1 GB, in chunks", "a gzip bomb", "endless trailers", "JSON a number of 3 MB"),
        *("a stream of tokens for ever", "a stream of one line for ever"),
    ],
)
def test_64_of_them_at_once_stay_within_memory(hostile, pythonpath, name):
    """Measured: at most 97 MiB over a client that has asked nothing, where one took 3.2 GB."""
    hostile.behave(RETRIED[name])
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, hostile.url],
        env=pythonpath,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    told = json.loads(done.stdout)
    assert told["kept"] == 0 and fit_to_be_shown(told["told"])
    assert told["after"] - told["before"] < 160, told
