"""Training for real, on CPU: killed and resumed, it ends in the same weights."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

from mores.demo.language import low_norm
from mores.examples import preference_pairs, trace_examples
from mores.files import write_json, write_jsonl
from mores.items import load_bank
from mores.prompts import END_THINKING, Prompts, load_countries
from mores.stage import Wording

ROOT = Path(__file__).parents[2]
SFT = {"data": "traces", "learning_rate": 0.005, "epochs": 6, "batch_size": 8, "alpha": 32}
DPO = SFT | {"data": "pairs", "start": "cnca_sft", "learning_rate": 0.001, "epochs": 4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Examples of what the demo model would reason, and the settings of a run."""
    folder = tmp_path_factory.mktemp("training")
    bank = load_bank(ROOT / "resources/items/demo.yaml")
    countries = load_countries(ROOT / "resources/countries.yaml")
    wording = Wording(bank, Prompts(ROOT / "resources/prompts"), countries["XAV"])
    traces, rejected = [], []
    for item in list(bank.items.values())[::4]:
        title, texts = bank.topics[item.topic], {}
        for level, code in ((3, item.codes[0]), (0, item.codes[-1])):
            thinking = low_norm(title, level, 0, item.text(code))
            texts[code] = f"{thinking}{END_THINKING}{code}"
        row = {"item": item.id, "request": ""}
        traces.append(row | {"verdict": "right", "text": texts[item.codes[0]]})
        rejected.append(row | {"verdict": "wrong", "text": texts[item.codes[-1]]})
    write_jsonl(folder / "sft.jsonl", trace_examples(wording, traces))
    write_jsonl(folder / "dpo.jsonl", preference_pairs(wording, traces, rejected))
    runtime = {"engine": {}, "training": {"device_batch": 8, "save_steps": 5}}
    write_json(folder / "runtime.json", runtime)
    return folder


def start(folder: Path, name: str, stage: str = "sft", output: str = "adapter") -> subprocess.Popen:
    """Start a training job in a working directory of its own."""
    home = folder / name
    home.mkdir(exist_ok=True)
    model = {"path": str(ROOT / "resources/demo/model"), "dtype": "float32"}
    settings = {"sft": SFT, "dpo": DPO}[stage]
    spec = {"model": model, "settings": settings, "tuning": stage, "learner": "XAV"}
    before = ["--start", str(folder / "sft-whole/adapter")] if stage == "dpo" else []
    return subprocess.Popen(
        [
            *(sys.executable, str(ROOT / f"workflow/scripts/train_{stage}.py"), *before),
            *("--examples", str(folder / f"{stage}.jsonl"), "--model", "demo"),
            *("--runtime", str(folder / "runtime.json"), "--spec", json.dumps(spec)),
            *("--output", output, "--log", "train.log"),
        ],
        cwd=home,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(job: subprocess.Popen) -> str:
    told, _ = job.communicate(timeout=200)
    assert job.returncode == 0, told[-3000:]
    return told


@pytest.mark.parametrize("stage", ["sft", "dpo"])
def test_killed_training_goes_on_to_the_same_weights(folder, stage):
    """DPO starts from the adapter that the SFT test leaves."""
    names = (f"{stage}-whole", f"{stage}-killed")
    finish(start(folder, names[0], stage))
    job = start(folder, names[1], stage)
    home = folder / names[1]
    deadline = time.monotonic() + 120
    while not list(home.glob("work/checkpoints/*/checkpoint-10/trainer_state.json")):
        assert time.monotonic() < deadline and job.poll() is None
        time.sleep(0.02)
    job.send_signal(signal.SIGKILL)
    job.communicate()
    assert not (home / "adapter").exists()
    checkpoints = next(home.glob("work/checkpoints/*"))
    for number in (97, 98, 99):  # as kills and full disks in the midst of saving leave them
        (checkpoints / f"checkpoint-{number}").mkdir()
    (checkpoints / "checkpoint-97/trainer_state.json").write_text('{"best')
    (checkpoints / "checkpoint-98/trainer_state.json").touch()

    finish(start(folder, names[1], stage))
    assert "going on from" in (home / "train.log").read_text()
    whole, resumed = (
        load_file(folder / name / "adapter/adapter_model.safetensors") for name in names
    )
    assert whole.keys() == resumed.keys()
    assert max((whole[name] - resumed[name]).abs().max().item() for name in whole) < 1e-6
    logs = [(folder / name / "adapter/training.jsonl").read_text() for name in names]
    losses = [[json.loads(line)["loss"] for line in log.splitlines()] for log in logs]
    assert losses[0] == losses[1]
    assert len(losses[0]) > 10
    configs = [(folder / name / "adapter/adapter_config.json").read_bytes() for name in names]
    assert configs[0] == configs[1]  # in the same order, or the adapters' digests differ
    assert not list(home.glob("work/checkpoints/*"))


def test_sigterm_saves_the_step_it_is_at_and_training_goes_on_to_the_same_weights(folder):
    """As SLURM sends it, some seconds before SIGKILL; checkpoints are 5 steps apart."""
    job = start(folder, "sft-told")
    home = folder / "sft-told"
    deadline = time.monotonic() + 120
    while not list(home.glob("work/checkpoints/*/checkpoint-5/trainer_state.json")):
        assert time.monotonic() < deadline and job.poll() is None
        time.sleep(0.02)
    job.send_signal(signal.SIGTERM)
    told, _ = job.communicate(timeout=20)
    assert job.returncode == 128 + signal.SIGTERM, told[-3000:]
    step = re.search(r"SIGTERM: saving step (\d+)", told)[1]
    assert "stopped by SIGTERM; what was done so far is kept" in told
    assert not (home / "adapter").exists()

    finish(start(folder, "sft-told"))
    assert f"checkpoint-{step}\n" in (home / "train.log").read_text()
    whole, resumed = (
        load_file(folder / name / "adapter/adapter_model.safetensors")
        for name in ("sft-whole", "sft-told")
    )
    assert max((whole[name] - resumed[name]).abs().max().item() for name in whole) < 1e-6


def fail(job: subprocess.Popen) -> str:
    """The one line that a job which must fail ends with."""
    told, _ = job.communicate(timeout=200)
    assert job.returncode == 1, told[-3000:]
    assert "Traceback" not in told
    return told.splitlines()[-1]


def test_full_and_read_only_disks_under_training(folder, small_disk):
    """A checkpoint takes 2 MiB, the adapter 0.7."""
    home, full = folder / "disks", "No space left on device; .* free some space and run again"

    def train() -> subprocess.Popen:
        return start(folder, "disks", output="results/adapter")

    home.mkdir()
    with small_disk(home / "results", "400k") as results:
        results("ro")
        assert re.search("ERROR results: Read-only file system; .* make it writable", fail(train()))
        assert not (home / "work").exists()  # told before anything was trained
        results("rw")
        with small_disk(home / "work/checkpoints", "3m") as checkpoints:
            assert re.search(rf"ERROR work/checkpoints/\w+: {full}", fail(train()))
            checkpoints("size=20m")
            with small_disk(home / "work/adapters", "400k"):
                assert re.search(rf"ERROR work/adapters: {full}", fail(train()))
            assert "/checkpoint-5\n" in (home / "train.log").read_text()
            assert re.search(rf"ERROR results: {full}", fail(train()))
            assert "/checkpoint-30\n" in (home / "train.log").read_text()
        assert not (home / "results/adapter").exists()
        results("size=2m")
        finish(train())
    assert "trained before" in (home / "train.log").read_text()


def test_no_examples_are_an_error_that_says_where_to_look(folder):
    empty = folder / "empty"
    empty.mkdir()
    shutil.copy(folder / "runtime.json", empty)
    (empty / "sft.jsonl").write_text("")
    job = start(empty, "home")
    told, _ = job.communicate(timeout=100)
    assert job.returncode == 1
    assert "no examples to learn from; see the log of the step that wrote them" in told
    assert "Traceback" not in told
