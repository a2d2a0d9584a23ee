import math
import threading
import time
from pathlib import Path

import pytest

from mores.contents import seal
from mores.engine.adapter_store import adapters, steps_saved, trained_once, unfinished

STORE = Path("work")
KEPT = adapters(STORE) / "key"
WEIGHTS = KEPT / "adapter_model.safetensors"
NOTE = adapters(STORE) / "key.json"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


class Training:
    """A training job that counts its runs; it keeps a checkpoint, and fails where it is told to."""

    def __init__(self, fails=False):
        self.fails, self.runs, self.found = fails, 0, []

    def __call__(self, checkpoints, folder):
        self.runs += 1
        self.found.append(sorted(path.name for path in checkpoints.glob("*")))
        checkpoints.mkdir(parents=True, exist_ok=True)
        (checkpoints / f"checkpoint-{self.runs}").touch()
        (folder / "adapter_config.json").write_text(f"run {self.runs}")
        if self.fails:
            raise RuntimeError("out of memory")
        (folder / "adapter_model.safetensors").write_text("weights")


def names(folder):
    return sorted(path.name for path in folder.glob("*"))


def test_an_adapter_is_put_into_the_store():
    assert trained_once(STORE, "key", Training()) == KEPT
    assert names(KEPT) == ["adapter_config.json", "adapter_model.safetensors"]


def test_what_was_trained_before_is_handed_out(caplog):
    caplog.set_level("INFO")
    train = Training()
    assert trained_once(STORE, "key", train) == trained_once(STORE, "key", train) == KEPT
    assert train.runs == 1
    assert "trained before: work/adapters/key" in caplog.text


def test_another_key_is_trained_anew():
    train = Training()
    trained_once(STORE, "key", train)
    other = trained_once(STORE, "other", train)
    assert train.runs == 2
    assert (other / "adapter_config.json").read_text() == "run 2"


def test_checkpoints_are_kept_until_the_adapter_is_whole():
    train = Training(fails=True)
    with pytest.raises(RuntimeError, match="out of memory"):
        trained_once(STORE, "key", train)
    assert names(unfinished(STORE) / "key") == ["checkpoint-1"]
    train.fails = False
    trained_once(STORE, "key", train)
    assert train.found == [[], ["checkpoint-1"]]
    assert not (unfinished(STORE) / "key").exists()


def test_a_failure_leaves_no_adapter_under_its_name():
    with pytest.raises(RuntimeError):
        trained_once(STORE, "key", Training(fails=True))
    assert not KEPT.exists()
    assert not NOTE.exists()


def test_what_a_failed_run_left_half_done_is_not_taken_over():
    def fail(checkpoints, folder):
        (folder / "half").touch()
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        trained_once(STORE, "key", fail)
    trained_once(STORE, "key", Training())
    assert names(KEPT) == ["adapter_config.json", "adapter_model.safetensors"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda: WEIGHTS.write_text("weigh"),
        lambda: WEIGHTS.write_text("wEights"),
        lambda: WEIGHTS.unlink(),
        lambda: (KEPT / "adapter_config.json").write_text("run 7"),
        lambda: (KEPT / "more.json").touch(),
        lambda: NOTE.unlink(),
        lambda: NOTE.write_text('"another"'),
    ],
    ids=["truncated", "changed", "gone", "configuration", "more", "no note", "another's note"],
)
def test_what_is_not_what_was_put_in_is_trained_anew(damage, caplog):
    train = Training()
    trained_once(STORE, "key", train)
    damage()
    assert trained_once(STORE, "key", train) == KEPT
    assert train.runs == 2
    assert WEIGHTS.read_text() == "weights"
    assert names(KEPT) == ["adapter_config.json", "adapter_model.safetensors"]
    assert "work/adapters/key is not what was put in: trained anew" in caplog.text
    trained_once(STORE, "key", train)
    assert train.runs == 2


def test_two_jobs_with_one_key_train_once():
    training, found = Training(), []

    def slow(checkpoints, folder):
        time.sleep(0.3)
        training(checkpoints, folder)

    jobs = [
        threading.Thread(target=lambda: found.append(trained_once(STORE, "key", slow)))
        for _ in range(2)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert training.runs == 1
    assert found == [KEPT, KEPT]


def test_steps_count_once_they_are_saved_whole():
    checkpoints = unfinished(STORE) / "key"
    assert steps_saved(STORE, "key") == 0
    for step in (5, 40, 10):
        (checkpoints / f"checkpoint-{step}").mkdir(parents=True)
    assert steps_saved(STORE, "key") == 0  # nobody has sealed them
    for step in (5, 10):
        seal(checkpoints / f"checkpoint-{step}", checkpoints / f"checkpoint-{step}")
    assert steps_saved(STORE, "key") == 10
    trained_once(STORE, "key", Training())
    assert steps_saved(STORE, "key") == math.inf
