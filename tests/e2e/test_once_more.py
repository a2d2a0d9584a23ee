"""What a rule's command goes through: tried once more after a crash, and after nothing else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "workflow/scripts/once_more.sh"
DIES = "import os, signal, time; open('runs', 'a').write('x'); print(flush=True); {}"
BY_SIGNAL = "os.kill(os.getpid(), signal.{})"
SEGFAULT = "import ctypes; ctypes.string_at(0)"
SECOND_TIME_LUCKY = "os.path.getsize('runs') > 1 or os.kill(os.getpid(), signal.SIGKILL)"


def start(folder: Path, end: str) -> subprocess.Popen:
    return subprocess.Popen(
        ["sh", str(SCRIPT), "log", sys.executable, "-c", DIES.format(end)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_its_line(folder: Path) -> None:
    """Not for `runs` alone: what a Ctrl-C raises while Python frees an open file is lost."""
    log = folder / "log"
    while not (log.exists() and log.stat().st_size):
        time.sleep(0.05)


def finish(folder: Path, process: subprocess.Popen) -> tuple[int, int, str]:
    """Exit status, how often it ran, and what it told."""
    _, told = process.communicate(timeout=60)
    return process.returncode, len((folder / "runs").read_text()), told


def run(folder: Path, end: str) -> tuple[int, int, str]:
    return finish(folder, start(folder, end))


def test_what_always_crashes_is_tried_exactly_twice(tmp_path):
    status, runs, told = run(tmp_path, SEGFAULT)
    assert (abs(status), runs) == (signal.SIGSEGV, 2)
    assert told.count("mores: ended by signal 11; what was done so far is kept: once more") == 1


@pytest.mark.parametrize("name", ["SIGKILL", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL"])
def test_other_crashes_too(tmp_path, name):
    assert run(tmp_path, BY_SIGNAL.format(name))[1] == 2


def test_what_crashes_once_ends_well(tmp_path):
    status, runs, told = run(tmp_path, SECOND_TIME_LUCKY)
    assert (status, runs) == (0, 2)
    assert "ended by signal 9" in told


@pytest.mark.parametrize("end", ["pass", "raise SystemExit(1)", "raise SystemExit(143)"])
def test_an_end_of_its_own_stands(tmp_path, end):
    """143 is what a job of ours ends with at SIGTERM."""
    status, runs, told = run(tmp_path, end)
    assert (status, runs, told) == (0 if end == "pass" else int(end[17:-1]), 1, "")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("whom", ["job", "all"])
def test_who_is_told_to_end_ends(tmp_path, name, whom):
    """By SLURM or by Ctrl-C, which tell the shell too."""
    number = signal.Signals[name]
    if whom == "job":
        process = start(tmp_path, BY_SIGNAL.format(name) + "; time.sleep(60)")
    else:
        process = start(tmp_path, "time.sleep(60)")
        wait_for_its_line(tmp_path)
        os.killpg(process.pid, number)
    status, runs, told = finish(tmp_path, process)
    assert runs == 1 and "once more" not in told
    assert status in (-number, 128 + number)
    time.sleep(0.2)
    assert len((tmp_path / "runs").read_text()) == 1
