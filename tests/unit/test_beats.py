import os
import subprocess
import sys
import time

import pytest

from mores import beats


@pytest.fixture
def fast(monkeypatch):
    monkeypatch.setattr(beats, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(beats, "STALE_SECONDS", 0.5)


def test_the_living_are_counted_as_long_as_they_stay(tmp_path, fast):
    first, second = beats.sign_in(tmp_path / "here"), beats.sign_in(tmp_path / "here")
    time.sleep(1)  # longer than a mark lives that does not beat
    assert beats.present(tmp_path / "here") == 2
    beats.sign_out(first)
    assert beats.present(tmp_path / "here") == 1
    beats.sign_out(second)
    assert beats.present(tmp_path / "here") == 0
    time.sleep(0.2)
    assert list((tmp_path / "here").iterdir()) == []


def test_the_mark_of_the_dead_is_swept(tmp_path, fast, pythonpath):
    script = "import sys, time; from pathlib import Path; from mores import beats; "
    script += "beats.sign_in(Path(sys.argv[1])); print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "here")],
        stdout=subprocess.PIPE,
        env=pythonpath,
    )
    process.stdout.readline()
    assert beats.present(tmp_path / "here") == 1
    process.kill()
    process.wait()
    time.sleep(0.7)
    assert beats.present(tmp_path / "here") == 0
    assert list((tmp_path / "here").iterdir()) == []


def test_nobody_is_in_a_folder_that_is_not_there(tmp_path):
    assert beats.present(tmp_path / "nowhere") == 0


def test_age_counts_from_the_last_touch_and_is_endless_for_what_is_gone(tmp_path):
    file = tmp_path / "file"
    file.touch()
    assert beats.age(file) < 5
    os.utime(file, (time.time() - 100,) * 2)
    assert 99 < beats.age(file) < 105
    assert beats.age(tmp_path / "gone") == float("inf")
