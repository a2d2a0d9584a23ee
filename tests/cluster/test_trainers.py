"""Trainers as jobs of a real SLURM; the jobs that want adapters are started by hand."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import jobs
import pytest

from mores.contents import content_digest
from mores.engine.heartbeats import STALE_SECONDS
from mores.engine.settings import Cluster, Engine, Resources, Training
from mores.files import write_jsonl
from mores.job import How
from mores.study.runtime import Runtime

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
MODEL = {"path": str(ROOT / "resources/demo/model"), "dtype": "float32"}
SFT = {"objective": "sft", "data": "answers", "learning_rate": 0.005, "alpha": 32, "batch_size": 8}
STEPS = 60
SETTINGS = SFT | {"epochs": STEPS // 4}
NEEDS = Resources(gpus=1, mem_mb=2000, minutes=10)


def start(
    home: Path,
    number: int = 0,
    launcher: str = "slurm",
    partition: str | None = None,
    replicas: int | None = None,
) -> subprocess.Popen:
    """Start a job that wants an adapter; no two numbers have the same examples."""
    questions = [f"Question {one}: how important is the family, 1 or 2?" for one in range(32)]
    examples = [{"prompt": one, "answer": str(1 + number % 2)} for one in questions[number:]]
    write_jsonl(home / f"examples-{number}.jsonl", [*examples, *examples][:32])
    cluster = Cluster(gpu_partition=partition)
    engine = Engine(launcher=launcher, cluster=cluster, idle_timeout=3)
    needs = NEEDS.model_copy(update={"replicas": replicas})
    how = How(
        inputs={"examples": [f"examples-{number}.jsonl"], "start": []},
        outputs={"output": adapter(number)},
        model="demo",
        runtime=Runtime(training=Training(save_steps=5), engine=engine, resources={"demo": needs}),
    )
    line = jobs.command("train_adapter", jobs.training(SETTINGS, MODEL, home), how, f"{number}.log")
    return jobs.start(home, line, OMP_NUM_THREADS="1")


def adapter(number: int = 0) -> str:
    return f"results/adapters/tuned/demo/X{number}"


def finish(job: subprocess.Popen) -> None:
    told, _ = job.communicate(timeout=400)
    assert job.returncode == 0, told[-3000:]


def queued() -> list[str]:
    """Numbers of the trainers' jobs that are queued, run, or are being ended."""
    command = ["squeue", "--noheader", "--name=mores-train-demo", "--format=%i"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def wait_until(true: Callable[[], object], seconds: int = 300) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def step(home: Path, number: int) -> Callable[[], bool]:
    """Whether a training has saved a step, or gone past it."""

    def saved() -> bool:
        seals = home.glob("work/checkpoints/*/checkpoint-*[0-9].json")
        return any(int(one.stem.split("-")[1]) >= number for one in seals)

    return saved


def check_nothing_is_left(home: Path) -> None:
    wait_until(lambda: not queued() and not jobs.trainers(home))
    for pattern in ("*.orders/*", "*.leases/*", "*.ticket"):
        assert not list(home.glob(f"work/engine/*/{pattern}"))
    assert not list(home.glob("work/checkpoints/*"))
    assert not list(home.glob("work/adapters/*.holder"))


@pytest.fixture(scope="module")
def new_study(slurm, tmp_path_factory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("study")


@pytest.fixture(scope="module")
def whole(new_study) -> str:
    """Digest of the first adapter, as a trainer of this host makes it at a stretch."""
    home = new_study()
    finish(start(home, launcher="local"))
    return content_digest(home / adapter())


@pytest.mark.parametrize(("replicas", "adapters"), [(None, 3), (2, 4)])
def test_a_trainers_job_trains_several_adapters_one_at_a_time(new_study, whole, replicas, adapters):
    home, trainers, most = new_study(), replicas or 1, 0
    started = [start(home, number, replicas=replicas) for number in range(adapters)]
    while any(job.poll() is None for job in started):
        most = max(most, len(jobs.trainers(home)))
        time.sleep(0.02)
    for job in started:
        finish(job)
    logs = "".join((home / f"{number}.log").read_text() for number in range(adapters))
    assert logs.count("submitted a trainer of demo as SLURM job") == trainers
    kept = "".join(log.read_text() for log in home.glob("logs/engine/trainers/*.log"))
    assert kept.count("is ready") == trainers
    assert most == 2 * trainers  # each with one child
    assert content_digest(home / adapter()) == whole
    assert len({content_digest(home / adapter(number)) for number in range(adapters)}) == adapters
    check_nothing_is_left(home)


def age(home: Path, marks: str) -> None:
    """Have marks of the dead be as old as they would be if the test waited for it."""
    for mark in home.glob(marks):
        os.utime(mark, (time.time() - STALE_SECONDS,) * 2)


def cancel(home: Path) -> None:
    subprocess.run(["scancel", *queued()], check=True)


def warn(home: Path) -> None:
    """As SLURM does when a job's time limit is near, or before it preempts one."""
    subprocess.run(["scancel", "--batch", "--signal=TERM", *queued()], check=True)


def kill(home: Path) -> None:
    trainer = min(jobs.trainers(home), key=lambda one: one.create_time())
    trainer.kill()


@pytest.mark.parametrize("end", [cancel, kill])
def test_a_trainer_that_ends_in_a_training_is_replaced_and_no_step_made_twice(
    new_study, whole, end
):
    home = new_study()
    job = start(home)
    wait_until(step(home, 10))
    assert job.poll() is None
    end(home)
    finish(job)
    log = (home / "0.log").read_text()
    assert log.count("submitted a trainer of demo as SLURM job") == 2
    saved = re.search(r"told to end: saving step (\d+)", log)[1]
    assert re.search(rf"going on from \S+/checkpoint-{saved}\n", log)
    assert content_digest(home / adapter()) == whole
    check_nothing_is_left(home)


def test_trainers_that_end_more_often_than_starts_are_counted_still_train(new_study, whole):
    """As where SLURM preempts them again and again, each time after some steps."""
    home = new_study()
    job = start(home)
    for number in range(1, 6):
        wait_until(step(home, number * 8))
        assert job.poll() is None
        (before,) = queued()
        warn(home)
        while before in queued():
            time.sleep(0.1)
    finish(job)
    assert (home / "0.log").read_text().count("submitted a trainer of demo as SLURM job") == 6
    assert content_digest(home / adapter()) == whole
    check_nothing_is_left(home)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_job_that_is_ended_leaves_no_training_and_goes_on_when_it_comes_again(
    new_study, whole, number
):
    home = new_study()
    job = start(home)
    wait_until(step(home, 10))
    job.send_signal(number)
    job.communicate(timeout=60)
    if number == signal.SIGKILL:
        age(home, "work/engine/slurm/*.orders/*/client/*")
    wait_until(lambda: len(jobs.trainers(home)) < 2)
    assert not (home / adapter()).exists()
    assert not list(home.glob("work/adapters/*/adapter_config.json"))
    finish(start(home))
    assert "going on from" in (home / "0.log").read_text()
    assert content_digest(home / adapter()) == whole
    age(home, "work/engine/slurm/*.leases/*")
    check_nothing_is_left(home)


def test_a_trainer_takes_over_what_a_node_that_is_gone_has_left(new_study, whole):
    """The other node's mark says that it trains, until it has not beaten for long enough."""
    home = new_study()
    job = start(home, partition="other")
    wait_until(step(home, 10))
    for process in [job, *jobs.trainers(home)]:
        process.kill()
    job.communicate()
    (mark,) = home.glob("work/adapters/*.holder")
    assert mark.read_text().startswith("mores-other ")
    age(home, "work/engine/slurm/*.orders/*/client/*")
    job = start(home)
    log = home / "0.log"
    wait_until(lambda: log.exists() and "waiting for what another host holds" in log.read_text())
    assert not step(home, STEPS)()
    age(home, "work/adapters/*.holder")
    finish(job)
    assert "going on from" in log.read_text()
    assert content_digest(home / adapter()) == whole
    age(home, "work/engine/slurm/*.leases/*")
    check_nothing_is_left(home)


def test_two_studies_with_one_store_train_an_adapter_once(new_study, whole):
    """Each has a trainer of its own, on a node of its own."""
    homes, store = [new_study(), new_study()], new_study()
    for home in homes:
        (home / "work").mkdir()
        for name in ("adapters", "checkpoints"):
            (store / name).mkdir(exist_ok=True)
            (home / "work" / name).symlink_to(store / name)
    for job in [start(homes[0]), start(homes[1], partition="other")]:
        finish(job)
    logs = "".join((home / "0.log").read_text() for home in homes)
    assert logs.count(f"32 examples, {STEPS} steps") == 1
    assert logs.count("trained before") == 1
    assert [content_digest(home / adapter()) for home in homes] == [whole, whole]
    for home in homes:
        check_nothing_is_left(home)
