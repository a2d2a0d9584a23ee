import os
import subprocess
import sys
import time

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
