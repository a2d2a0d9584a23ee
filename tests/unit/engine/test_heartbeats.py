import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from mores.engine import heartbeats


@pytest.fixture
def fast(monkeypatch):
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(heartbeats, "STALE_SECONDS", 0.5)


def test_the_living_are_counted_as_long_as_they_stay(tmp_path, fast):
    first, second = heartbeats.sign_in(tmp_path / "here"), heartbeats.sign_in(tmp_path / "here")
    time.sleep(1)  # longer than a mark lives that does not beat
    assert heartbeats.present(tmp_path / "here") == 2
    heartbeats.sign_out(first)
    assert heartbeats.present(tmp_path / "here") == 1
    heartbeats.sign_out(second)
    assert heartbeats.present(tmp_path / "here") == 0
    time.sleep(0.2)
    assert list((tmp_path / "here").iterdir()) == []


def test_the_mark_of_the_dead_is_swept(tmp_path, fast, pythonpath):
    script = "import sys, time; from pathlib import Path; from mores.engine import heartbeats; "
    script += "heartbeats.sign_in(Path(sys.argv[1])); print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "here")],
        stdout=subprocess.PIPE,
        env=pythonpath,
    )
    process.stdout.readline()
    assert heartbeats.present(tmp_path / "here") == 1
    process.kill()
    process.wait()
    time.sleep(0.7)
    assert heartbeats.present(tmp_path / "here") == 0
    assert list((tmp_path / "here").iterdir()) == []


def test_nobody_is_in_a_folder_that_is_not_there(tmp_path):
    assert heartbeats.present(tmp_path / "nowhere") == 0


def test_age_counts_from_the_last_touch_and_is_endless_for_what_is_gone(tmp_path):
    file = tmp_path / "file"
    file.touch()
    assert heartbeats.age(file) < 5
    os.utime(file, (time.time() - 100,) * 2)
    assert 99 < heartbeats.age(file) < 105
    assert heartbeats.age(tmp_path / "gone") == float("inf")


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """A lock with a mark, on a file system that carries no lock of the kernel's to other hosts.

    Threads are hosts. A mark is stale long after its last beat, however slow this machine is.
    """
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 2)  # so long may no thread be kept waiting
    monkeypatch.setattr(heartbeats, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(socket, "gethostname", lambda: threading.current_thread().name)
    monkeypatch.setattr(heartbeats.locks, "holding", lambda path: nullcontext())
    return tmp_path / "key.lock"


def leave(lock: Path, host: str, age: float) -> Path:
    """The mark that a process left which was killed so many seconds ago."""
    mark = lock.with_suffix(".holder")
    mark.write_text(f"{host} 4711 someone")
    os.utime(mark, (time.time() - age,) * 2)
    return mark


def test_hosts_hold_a_lock_one_after_the_other(lock):
    """They come all at once, to what the dead of another host have left."""
    leave(lock, "gone", heartbeats.STALE_SECONDS + 1)
    inside, faults = lock.with_name("inside"), []

    def work() -> None:
        with heartbeats.holding(lock):
            try:
                inside.touch(exist_ok=False)
                time.sleep(0.02)
                inside.unlink()
            except OSError as error:
                faults.append(error)

    hosts = [threading.Thread(target=work, name=f"host-{number}") for number in range(6)]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join()
    assert not faults
    assert list(lock.parent.iterdir()) == []


def test_what_another_host_holds_is_waited_for_as_long_as_it_beats(lock, caplog):
    caplog.set_level("INFO")
    mark, held = leave(lock, "alive", 0), threading.Event()

    def work() -> None:
        with heartbeats.holding(lock):
            held.set()

    host = threading.Thread(target=work)
    host.start()
    assert not held.wait(0.3)
    assert heartbeats.is_held(lock)
    assert caplog.text.count("waiting for what another host holds") == 1
    leave(lock, "alive", heartbeats.STALE_SECONDS + 1)
    host.join()
    assert held.is_set()
    assert not mark.exists()


def test_what_the_dead_of_this_host_held_is_taken_at_once(lock):
    """As the kernel's lock says that they are dead, there is no need to wait for it to be seen."""
    leave(lock, threading.current_thread().name, 0)
    assert not heartbeats.is_held(lock)
    with heartbeats.holding(lock):
        assert lock.with_suffix(".holder").exists()


def test_a_lock_beats_as_long_as_it_is_held(lock, monkeypatch):
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.05)
    with heartbeats.holding(lock):
        mark = lock.with_suffix(".holder")
        os.utime(mark, (0, 0))
        deadline = time.monotonic() + 60
        while heartbeats.age(mark) > 30:
            assert time.monotonic() < deadline
            time.sleep(0.02)
