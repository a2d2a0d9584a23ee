"""How a process ends: signals, in whatever number, and what hangs."""

import signal
import subprocess
import sys

import pytest

BEGIN = """
import signal, sys, time
from mores import process
process.GRACE_SECONDS = 1
def tell(*numbers):
    for number in numbers:
        signal.raise_signal(number)
def main():
"""


def ends(body: str, pythonpath, **given) -> tuple[int, str, str]:
    """Status, output and errors of a process whose `main` has this body."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    code = f"{BEGIN}{lines}\nprocess.run(main)\n"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=pythonpath,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        **given,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_the_first_signal_ends_in_order_and_a_second_does_not_interrupt(name, pythonpath):
    body = f"""
try:
    tell(signal.{name})
finally:
    tell(signal.SIGINT, signal.SIGTERM, signal.{name})
    print("cleared up")
"""
    status, out, err = ends(body, pythonpath)
    assert status == 128 + signal.Signals[name]
    assert out == "cleared up\n"
    assert f"ERROR stopped by {name}; what was done so far is kept: run again to go on" in err
    assert "Traceback" not in err


def test_what_hangs_after_a_signal_is_ended(pythonpath):
    body = """
try:
    tell(signal.SIGINT)
finally:
    time.sleep(60)
"""
    assert ends(body, pythonpath)[0] == -signal.SIGALRM


def test_a_deferred_signal_ends_the_process_once_the_work_is_done(pythonpath):
    body = """
with process.deferred() as told:
    tell(signal.SIGHUP, signal.SIGINT)
    print("heeds", told.is_set())
print("goes on")
"""
    status, out, err = ends(body, pythonpath)
    assert (status, out) == (128 + signal.SIGHUP, "heeds True\n")
    assert "stopped by SIGHUP" in err


@pytest.mark.parametrize(("signals", "done"), [(1, True), (2, False)])
def test_deferred_work_has_its_own_grace_until_a_second_signal(signals, done, pythonpath):
    body = f"""
with process.deferred(grace=10):
    tell(*{signals} * [signal.SIGTERM])
    time.sleep(2)
    print("done", flush=True)
"""
    status, out, _ = ends(body, pythonpath)
    assert (status, out) == ((128 + signal.SIGTERM, "done\n") if done else (-signal.SIGALRM, ""))


def test_what_nohup_ignores_is_ignored(pythonpath):
    def nohup() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    body = """
tell(signal.SIGHUP)
with process.deferred():
    tell(signal.SIGHUP)
print("goes on")
"""
    status, out, _ = ends(body, pythonpath, preexec_fn=nohup)
    assert (status, out) == (0, "goes on\n")


def test_a_home_that_takes_nothing_is_told_with_what_to_set(pythonpath, tmp_path):
    (tmp_path / "home").touch()  # a file: not root either makes a folder below it
    body = """
import datasets
datasets.Dataset.from_list([{"a": 1}]).to_parquet(datasets.config.HF_DATASETS_CACHE / "x")
"""
    pythonpath |= {"HOME": str(tmp_path / "home")}
    for name in ("XDG_CACHE_HOME", "HF_HOME", "HF_DATASETS_CACHE"):
        pythonpath.pop(name, None)
    status, _, err = ends(body, pythonpath)
    assert status == 1
    line = err.strip().splitlines()[-1]
    assert f"ERROR {tmp_path}/home/.cache" in line
    assert line.endswith(
        "make it writable, or export XDG_CACHE_HOME and TRITON_HOME, folders that are"
    )
    assert "Traceback" not in err


def test_a_terminal_that_was_closed_is_no_error(pythonpath, tmp_path):
    body = f"""
import logging, os
reading, writing = os.pipe()
os.dup2(writing, 2)
process.log_to("{tmp_path}/log")
os.close(reading)
logging.getLogger("mores").error("said")
print("goes on", flush=True)
"""
    assert ends(body, pythonpath)[0] == 0
    said = (tmp_path / "log").read_text()
    assert "said" in said and "goes on" in said and "Logging error" not in said
