"""A run's end: a process plays Snakemake, and waits for a job that would not end by itself."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUN = """
import signal, subprocess, sys
from mores.study.ending import Ending
signal.signal(signal.SIGTERM, lambda *_: print("waits for jobs", flush=True))
Ending().listen()
job = subprocess.Popen(["bash", "-c", "set -euo pipefail; sh {0} log {1} -c '{2}'; true"])
interrupted = 0
while job.poll() is None:
    try:
        print("ready", flush=True)
        job.wait()
    except KeyboardInterrupt:
        interrupted += 1
print("interrupted", interrupted, flush=True)
"""
JOB = "from mores.process import run; import time; run(lambda: time.sleep(60))"


@pytest.fixture
def run(tmp_path, pythonpath):
    code = RUN.format(ROOT / "workflow/scripts/once_more.sh", sys.executable, JOB)
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=pythonpath,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(1)  # the job hears signals
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP", "SIGQUIT"])
def test_a_run_that_alone_is_told_tells_its_jobs_and_ends_once(run, name, tmp_path):
    run.send_signal(signal.Signals[name])
    run.send_signal(signal.SIGINT)
    told, _ = run.communicate(timeout=20)
    assert told.splitlines()[-1] == "interrupted 1"
    assert "stopped by SIGTERM" in (tmp_path / "log").read_text()


def test_sigterm_waits_for_jobs_and_a_second_one_ends_them(run, tmp_path):
    run.send_signal(signal.SIGTERM)
    assert run.stdout.readline() == "waits for jobs\n"
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(2)
    run.send_signal(signal.SIGTERM)
    told, _ = run.communicate(timeout=20)
    assert told.splitlines()[-1] == "interrupted 1"
    assert "stopped by SIGTERM" in (tmp_path / "log").read_text()
