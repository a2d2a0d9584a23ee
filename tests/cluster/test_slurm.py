"""The demo through a real SLURM: servers, training and cells as its jobs."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import mores
from mores.engine.lease import lease
from mores.engine.models import model_ref
from mores.engine.settings import Engine, Model
from mores.engine.walltime import UNLIMITED
from mores.errors import EngineError

pytestmark = pytest.mark.long

DEMO = Path(__file__).parents[2] / "resources/demo/model"
LIBRARY = str(Path(mores.__file__).parents[1])
GPU = "models={demo: {resources: {gpus: 1, cpus: 2, minutes: 30}}}"
ITEMS, SAMPLES = 96, 5  # enough to be interrupted three times
QUICKLY, SLOWLY = "tunings={sft: {epochs: 2}}", "engine={concurrency: 4}"
MANY = f"answers={{samples: {SAMPLES}}}"
PART = ("--config", "countries=XAV", "methods=vanilla,sft", GPU, QUICKLY, SLOWLY, MANY)
JOURNAL = "work/journal/answers/values/vanilla/demo/XAV.jsonl"
ADAPTER = "results/adapters/sft/demo/XAV"
TRAINING_LOG = "logs/train_adapter/sft/demo/XAV.log"
SCORES = (*PART, "--", "results/scores.tsv")


def squeue(states: str, show: str) -> list[str]:
    """What the queue shows of the jobs in some states, a line each."""
    command = ["squeue", "--noheader", f"--states={states}", f"--Format={show}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def jobs(*, name: str = "") -> list[str]:
    """Numbers of the jobs in the queue, of those with such a name or comment."""
    told = squeue("PENDING,RUNNING", "JobID,Name:30,Comment:90")
    return [line.split()[0] for line in told if name in line]


def requeued() -> int:
    """How many jobs SLURM has started anew by itself."""
    return sum(int(line) for line in squeue("all", "RestartCnt"))


def in_job(*command: str) -> subprocess.CompletedProcess:
    """Run a command of the library as a SLURM job of one minute."""
    return subprocess.run(
        ["srun", "--time=1", "env", f"PYTHONPATH={LIBRARY}", sys.executable, *command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_job_knows_its_time_limit(slurm):
    told = in_job("-c", "from mores.engine.walltime import walltime; print(walltime().left())")
    assert 20 < float(told.stdout) < 60, told


def test_a_server_that_slurm_refuses_is_told_with_the_mend(slurm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wants = Model(path=str(DEMO), resources={"gpus": 9})
    with (
        pytest.raises(EngineError, match=r"SLURM refused .*; mend `models: demo: resources`"),
        lease(model_ref("demo", wants), Engine(launcher="slurm"), UNLIMITED),
    ):
        pass
    assert not list(tmp_path.glob("work/engine/slurm/*.ticket"))


def test_the_grid_runs_through_slurm_though_jobs_are_cancelled_and_preempted(cluster):
    run = cluster.start(*SCORES)
    cluster.wait_for_lines(JOURNAL, cluster.lines(JOURNAL) + 30)
    subprocess.run(["scancel", *jobs(name="mores-demo")], check=True)
    cluster.wait_for_lines(JOURNAL, cluster.lines(JOURNAL) + 30)
    (endpoint,) = cluster.folder.glob("work/engine/slurm/*.endpoint.json")
    assert endpoint.stat().st_mode & 0o077 == 0  # its key is the user's alone
    subprocess.run(["scancel", *jobs(name="answer_items")], check=True)
    cluster.wait_for_lines(JOURNAL, cluster.lines(JOURNAL) + 30)
    urgent = ["sbatch", "--partition=urgent", "--exclusive", "--output=/dev/null", "--wrap=true"]
    subprocess.run(urgent, check=True)
    told, _ = run.communicate(timeout=500)
    assert run.returncode == 0, told[-5000:]
    assert requeued() >= 1  # whatever else ran beside that cell too
    assert len(cluster.server_logs()) == 3  # one model's, and those that replaced it
    assert "is ready" in (cluster.folder / "logs/engine/trainers/demo.log").read_text()
    for method in ("vanilla", "sft"):
        assert ("XAV", "demo", method) in cluster.table()
        assert cluster.lines(f"results/answers/values/{method}/demo/XAV.jsonl") == ITEMS * SAMPLES


def test_no_answer_was_asked_for_twice(cluster):
    keys = [row["key"] for row in cluster.rows(JOURNAL)]
    assert len(keys) == len(set(keys)) == ITEMS * SAMPLES


def test_the_server_ends_with_the_run(cluster):
    cluster.wait_until(lambda: not jobs(), 120)
    assert not list(cluster.folder.glob("work/engine/slurm/*.ticket"))


def test_ctrl_c_in_a_training_leaves_nothing_running_and_the_next_run_goes_on(cluster):
    """Jobs and the trainer's own; the trainer is told by the end of the run alone."""
    longer = [one for one in PART if one != QUICKLY]
    longer += ["tunings={sft: {epochs: 40}}", "training={save_steps: 2}", "--", ADAPTER]
    run = cluster.start(*longer)
    cluster.wait_until(lambda: list(cluster.folder.glob("work/checkpoints/*/checkpoint-4*")), 400)
    assert len(jobs(name="mores-train-demo")) == 1
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=200)
    cluster.wait_until(lambda: not jobs(), 120)
    assert not cluster.processes("mores.engine")
    assert not list(cluster.folder.glob("work/engine/slurm/*.orders/*"))
    cluster.run(*longer)
    assert "going on from" in (cluster.folder / TRAINING_LOG).read_text()


def test_answers_are_those_of_a_run_without_slurm(cluster):
    sheet = "results/answers/values/sft/demo/XAV.jsonl"
    before = (cluster.folder / sheet).read_bytes()
    shutil.rmtree(cluster.folder / "work/journal/answers/values/sft")
    (cluster.folder / sheet).unlink()
    cluster.options = ("--cores", "2")
    here = [one for one in PART if one != GPU]  # a local run is refused a GPU that is not there
    cluster.run(*here, "--", sheet)
    assert (cluster.folder / sheet).read_bytes() == before
