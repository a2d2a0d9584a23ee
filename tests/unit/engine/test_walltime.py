import time

import pytest

from mores.engine.client import Address, ask
from mores.engine.walltime import UNLIMITED, Walltime, walltime
from mores.errors import EngineError


def test_outside_a_job_nothing_is_limited(monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert walltime() == UNLIMITED
    assert not UNLIMITED.near()
    assert UNLIMITED.left() is None
    UNLIMITED.check("never")


def test_a_job_is_told_its_end_and_keeps_a_fifth_of_a_short_limit(monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    monkeypatch.setenv("SLURM_JOB_END_TIME", str(int(time.time()) + 100))
    limit = walltime()
    assert not limit.near()
    assert 80 < limit.left() < 91
    assert 19 < limit.margin < 21
    monkeypatch.setenv("SLURM_JOB_END_TIME", str(int(time.time()) + 100_000))
    assert walltime().margin == 120


def test_near_the_end_no_more_is_asked_and_what_came_is_kept(request_to, settings, chat_server):
    kept = []
    requests = {str(number): request_to(f"say {number}") for number in range(1000)}
    address = Address(chat_server.url, "served-tiny", None, None)
    one_by_one = settings.model_copy(update={"concurrency": 1})
    limit = Walltime(time.time() + 12, margin=11)
    with pytest.raises(
        EngineError, match=r"time limit is near, and answers are missing.*run again"
    ):
        ask(requests, address, one_by_one, lambda: True, kept.append, limit)
    assert 0 < len(kept) == len(chat_server.bodies) < 1000


def test_what_hangs_is_not_waited_for_to_the_very_end(request_to, settings, chat_server):
    address = Address(chat_server.url, "served-tiny", None, None)
    patient = settings.model_copy(update={"request_timeout": 60})
    limit = Walltime(time.time() + 12, margin=11)
    start = time.monotonic()
    with pytest.raises(EngineError, match="time limit is near"):
        ask({"0": request_to("hang")}, address, patient, lambda: True, print, limit)
    assert time.monotonic() - start < 5


def test_answers_in_time_are_all_there_is(request_to, settings, chat_server):
    kept = []
    address = Address(chat_server.url, "served-tiny", None, None)
    limit = Walltime(time.time() + 60, margin=10)
    ask({"0": request_to("say a")}, address, settings, lambda: True, kept.append, limit)
    assert [one.text for one in kept] == ["a"]
