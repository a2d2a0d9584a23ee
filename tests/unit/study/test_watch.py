"""The line of a run, from Snakemake's records and the jobs' status files."""

import io
import json
import logging
import os
import socket
import time

import pytest

from mores.engine import progress
from mores.engine.progress import Progress
from mores.study.watch import Watch


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def status(tmp_path, monkeypatch):
    folder = tmp_path / "progress"
    monkeypatch.setattr(progress, "STATUS", folder)
    return folder


@pytest.fixture
def logger():
    made = logging.getLogger("a run's")
    made.setLevel(logging.INFO)
    made.handlers.clear()
    made.propagate = False
    return made


def tell(logger, message="", **record):
    logger.info(message, extra=record)


def a_run(logger, stream, status, total=12) -> Watch:
    logger.addHandler(logging.StreamHandler(stream))
    watch = Watch(stream, status)
    watch.begin(logger, total)
    return watch


def test_jobs_are_counted_by_what_snakemake_tells(logger, status):
    watch = a_run(logger, io.StringIO(), status)
    tell(logger, event="job_started", jobs=[1, 2, 3])
    for job, rule in ((1, "answer_items"), (2, "answer_items"), (3, "train_adapter")):
        tell(logger, event="job_info", jobid=job, rule_name=rule)
    assert watch.line() == "0 of 12 jobs · answer_items x 2, train_adapter"
    tell(logger, event="job_finished", job_id=2)
    tell(logger, event="progress", done=1, total=12)
    tell(logger, event="job_error", jobid=3)
    assert watch.line() == "1 of 12 jobs · answer_items · 1 failed"
    watch.end()


def test_jobs_that_go_well_are_not_told_and_all_else_is(logger, status):
    stream = io.StringIO()
    watch = a_run(logger, stream, status)
    for event in ("job_info", "shellcmd", "progress", "job_finished", "job_started"):
        fields = {"jobid": 1, "rule_name": "r", "done": 1, "total": 2, "job_id": 1, "jobs": []}
        tell(logger, f"told of {event}", event=event, **fields)
    tell(logger, "Select jobs to execute...")
    tell(logger, "Execute 2 jobs...")
    tell(logger, "Error in rule train_adapter", event="job_error", jobid=1)
    logger.warning("Something is odd")
    watch.end()
    assert stream.getvalue().splitlines() == ["Error in rule train_adapter", "Something is odd"]


def test_what_jobs_are_at_comes_from_their_status_files(logger, status):
    watch = a_run(logger, io.StringIO(), status)
    with Progress("answers XAV", 100, 40) as one:
        one.update()
        one.next_status = 0
        one.update()
        assert watch.line() == "0 of 12 jobs · requests 42 of 100"
        with one.waiting("server of demo"):
            assert watch.line() == "0 of 12 jobs · waiting for server of demo, 0 s"
    assert watch.line() == "0 of 12 jobs"
    assert list(status.iterdir()) == []
    watch.end()


def test_the_rate_is_of_what_was_asked_and_not_of_what_was_journalled(logger, status):
    watch = a_run(logger, io.StringIO(), status)
    with Progress("answers XAV", 1000, 600) as one:
        watch._measure()
        for _ in range(300):
            one.next_status = 0
            one.update()
        watch._measure()
        (begun, _), (_, fresh) = watch.rates
        watch.rates[-1] = (begun + 10, fresh)  # ten seconds later, whatever the clock says
        assert "requests 900 of 1,000 · 30 requests/s" in watch.line()
    watch.end()


def test_a_job_that_asks_a_second_time_is_counted_on(logger, status):
    watch = a_run(logger, io.StringIO(), status)
    for fresh in (300, 20):  # of one process, one after the other
        with Progress("norms", 1000) as one:
            for _ in range(fresh):
                one.next_status = 0
                one.update()
            watch._measure()
    assert [count for _, count in watch.rates] == [300, 20]
    watch.end()


def test_the_dead_are_not_believed_and_their_notes_are_taken_away(logger, status):
    watch = a_run(logger, io.StringIO(), status)
    status.mkdir(exist_ok=True)
    told = {"label": "x", "unit": "request", "total": 9, "done": 1, "fresh": 1, "waited": None}
    dead = status / f"{socket.gethostname()}.{2**22 + 1}.json"
    dead.write_text(json.dumps(told))
    torn = status / f"{socket.gethostname()}.{os.getpid()}.json"
    torn.write_text("{")
    elsewhere = status / "another-host.1.json"
    elsewhere.write_text(json.dumps(told))
    assert watch.line() == "0 of 12 jobs · requests 1 of 9"
    long_ago = time.time() - 3600
    os.utime(elsewhere, (long_ago, long_ago))
    assert watch.line() == "0 of 12 jobs"
    assert list(status.iterdir()) == [torn]
    (half := dead.with_suffix(".part")).write_text("{")
    watch.end()
    assert not half.exists()


def test_on_a_terminal_the_line_makes_way_and_is_taken_away(logger, status, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    stream = Terminal()
    watch = a_run(logger, stream, status)
    tell(logger, event="job_started", jobs=[1])
    tell(logger, event="job_info", jobid=1, rule_name="a_rule_of_a_very_long_name")
    watch.draw()
    logger.warning("Something is odd")
    watch.draw()
    watch.end()
    lines = stream.getvalue().split("\r\x1b[K")
    shown = "0 of 12 jobs · a_rule_of_a..."
    assert lines == ["", shown, "Something is odd\n", shown, ""]
    assert len(shown) < 30


def test_elsewhere_lines_are_plain(logger, status):
    stream = io.StringIO()
    watch = a_run(logger, stream, status)
    watch.draw()
    watch.end()
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(" 0 of 12 jobs") and "\x1b" not in line and "\r" not in line


def test_what_is_left_is_guessed_once_some_jobs_are_done(logger, status):
    watch = a_run(logger, io.StringIO(), status)
    watch.begun -= 60
    tell(logger, event="progress", done=4, total=12)
    assert "left" not in watch.line()
    tell(logger, event="progress", done=6, total=12)
    assert watch.line().endswith("about 60 s left")
    tell(logger, event="progress", done=6, total=1200)
    assert watch.line().endswith("about 3.3 h left")
    watch.end()


def test_a_disk_that_takes_no_status_stops_nothing(status):
    status.parent.mkdir(exist_ok=True)
    status.write_text("a file where the folder should be")
    with Progress("answers XAV", 2) as one:
        one.next_status = 0
        one.update()
        with one.waiting("a server"):
            pass
