import threading
import time
from pathlib import Path

import pytest

from mores.training.store import CHECKPOINTS, STORE, adapter_key, trained_once

OUT = Path("results/adapters/sft/demo/XAV")


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
        (folder / "README.md").write_text("card")


def names(folder):
    return sorted(path.name for path in folder.glob("*"))


def test_an_adapter_is_put_where_it_is_wanted():
    trained_once("key", OUT, Training())
    assert names(OUT) == ["README.md", "adapter_config.json"]


def test_what_was_trained_before_is_copied(caplog):
    caplog.set_level("INFO")
    train, elsewhere = Training(), OUT.with_name("XBO")
    trained_once("key", OUT, train)
    trained_once("key", elsewhere, train)
    assert train.runs == 1
    assert names(elsewhere) == names(OUT)
    assert "trained before: work/adapters/key" in caplog.text


def test_another_key_is_trained_anew():
    train = Training()
    trained_once("key", OUT, train)
    trained_once("other", OUT, train)
    assert train.runs == 2
    assert (OUT / "adapter_config.json").read_text() == "run 2"


def test_checkpoints_are_kept_until_the_adapter_is_whole():
    train = Training(fails=True)
    with pytest.raises(RuntimeError, match="out of memory"):
        trained_once("key", OUT, train)
    assert names(CHECKPOINTS / "key") == ["checkpoint-1"]
    train.fails = False
    trained_once("key", OUT, train)
    assert train.found == [[], ["checkpoint-1"]]
    assert not (CHECKPOINTS / "key").exists()


def test_a_failure_leaves_no_adapter_under_its_name():
    with pytest.raises(RuntimeError):
        trained_once("key", OUT, Training(fails=True))
    assert not OUT.exists()
    assert not (STORE / "key").exists()


def test_what_a_failed_run_left_half_done_is_not_taken_over():
    def fail(checkpoints, folder):
        (folder / "half").touch()
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        trained_once("key", OUT, fail)
    trained_once("key", OUT, Training())
    assert names(OUT) == ["README.md", "adapter_config.json"]


def test_an_output_that_was_deleted_comes_back_without_training():
    train = Training()
    trained_once("key", OUT, train)
    for path in OUT.iterdir():
        path.unlink()
    trained_once("key", OUT, train)
    assert names(OUT) == ["README.md", "adapter_config.json"]
    assert train.runs == 1


def test_two_jobs_with_one_key_train_once():
    training = Training()

    def slow(checkpoints, folder):
        time.sleep(0.3)
        training(checkpoints, folder)

    outputs = [OUT, OUT.with_name("POOLED")]
    jobs = [threading.Thread(target=trained_once, args=("key", out, slow)) for out in outputs]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert training.runs == 1
    assert all(out.is_dir() for out in outputs)


def test_the_key_tells_what_shapes_an_adapter():
    given = ([{"prompt": "a", "answer": "1"}], "base", "float32", {"rank": 4, "start": ""})
    others = [
        ([{"prompt": "a", "answer": "2"}], *given[1:]),
        ([*given[0], *given[0]], *given[1:]),
        (given[0], "other", *given[2:]),
        (*given[:2], "bfloat16", given[3]),
        (*given[:3], {"rank": 8, "start": ""}),
        (*given[:3], {"rank": 4, "start": "sft"}),
    ]
    assert adapter_key(*given) == adapter_key(*given[:3], {"start": "", "rank": 4})
    assert len({adapter_key(*one) for one in (given, *others)}) == 7
