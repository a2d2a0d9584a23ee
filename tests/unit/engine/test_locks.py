import os
import signal
import subprocess
import sys
import time

import pytest

from mores.engine.locks import Lock, is_held, present, sign_in, sign_out

HOLD = """
import sys, time
from pathlib import Path
from mores.engine.locks import sign_in
mark = sign_in(Path(sys.argv[1]))
print(mark.path, flush=True)
{then}
time.sleep(60)
"""
START_CHILD = "import subprocess; subprocess.Popen(['sleep', '3'])"


@pytest.fixture
def holder(tmp_path, pythonpath):
    """Starts a process that signs in at tmp_path / "leases"."""
    started = []

    def start(then: str = "") -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD.format(then=then), str(tmp_path / "leases")],
            stdout=subprocess.PIPE,
            env=pythonpath,
        )
        started.append(process)
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_presence_ends_with_the_process_however_it_ends(holder, tmp_path):
    folder = tmp_path / "leases"
    assert not present(folder)
    first, second = holder(), holder()
    assert present(folder)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert present(folder)
    second.send_signal(signal.SIGTERM)
    second.wait()
    assert not present(folder)
    assert list(folder.iterdir()) == []


def test_a_child_that_outlives_its_parent_does_not_hold_its_lock(holder, tmp_path):
    parent = holder(then=START_CHILD)
    time.sleep(0.3)
    parent.kill()
    parent.wait()
    assert not present(tmp_path / "leases")


def test_signing_out_is_seen_at_once(tmp_path):
    mark = sign_in(tmp_path)
    assert present(tmp_path) and is_held(mark.path)
    sign_out(mark)
    assert not present(tmp_path)


def test_one_holder_at_a_time_and_looking_disturbs_nobody(tmp_path):
    lock = Lock(tmp_path / "host.lock")
    assert not is_held(lock.path)
    assert lock.take()
    assert is_held(lock.path) and not Lock(lock.path).take()
    lock.free()
    assert not is_held(lock.path)
    look = Lock(lock.path)
    assert look.take(shared=True)
    assert not is_held(lock.path)  # another look is no holder


def test_a_forked_child_does_not_hold_its_parents_lock(tmp_path):
    lock, other = Lock(tmp_path / "a"), Lock(tmp_path / "a")
    lock.take()
    child = os.fork()
    if not child:
        time.sleep(30)
        os._exit(0)
    try:
        assert not other.take()
        lock.free()
        deadline = time.monotonic() + 10
        while not (taken := other.take()) and time.monotonic() < deadline:
            time.sleep(0.01)  # until the child has begun
        assert taken
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
