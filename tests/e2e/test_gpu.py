"""Training on a GPU: a random Qwen2 of 0.5 B parameters, some steps of SFT and DPO in bf16."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mores.files import write_json, write_jsonl

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "workflow/scripts"
DEMO = ROOT / "resources/demo/model"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("gpu")
    command = [sys.executable, str(ROOT / "benchmarks/random_model.py"), str(home / "base")]
    command += ["--hidden", "1024", "--layers", "32", "--tokenizer", str(DEMO)]
    subprocess.run(command, check=True)
    prompts = [f"How important is family to people, on a scale to {n}?" for n in range(64)]
    named = [{"country": "XAV", "item": "CU01", "prompt": prompt} for prompt in prompts]
    thought = "The norms on family: firmly in favour. " * 20
    sft = [row | {"completion": f"{thought}\n</think>\n\n1"} for row in named]
    dpo = [
        row | {"chosen": f"{thought}\n</think>\n\n1", "rejected": f"{thought}\n</think>\n\n2"}
        for row in named
    ]
    write_jsonl(home / "sft.jsonl", sft)
    write_jsonl(home / "dpo.jsonl", dpo)
    training = {"device_batch": 8, "gradient_checkpointing": True}
    write_json(home / "runtime.json", {"engine": {}, "training": training})
    return home


def train(home: Path, stage: str, *more: str) -> None:
    """Run a training script; its log tells peak memory and tokens per second."""
    settings = {"batch_size": 8, "epochs": 2, "learning_rate": 0.001}
    settings |= {"sft": {"data": "traces"}, "dpo": {"data": "pairs", "start": "sft"}}[stage]
    model = {"path": str(home / "base"), "dtype": "bfloat16"}
    spec = {"model": model, "settings": settings, "tuning": stage, "learner": "XAV"}
    command = [sys.executable, str(SCRIPTS / f"train_{stage}.py"), *more]
    command += ["--examples", f"{stage}.jsonl", "--model", "base", "--runtime", "runtime.json"]
    command += ["--spec", json.dumps(spec), "--output", stage, "--log", f"{stage}.log"]
    subprocess.run(command, cwd=home, check=True, timeout=600)
    told = re.search(r"peak memory .*", (home / f"{stage}.log").read_text())
    assert told, "the log tells no peak memory"
    print(stage, told[0])


@pytest.mark.gpu
def test_half_a_billion_parameters_train_in_bf16(home):
    train(home, "sft")
    losses = [json.loads(line)["loss"] for line in (home / "sft/training.jsonl").open()]
    assert losses[-1] < losses[0]


@pytest.mark.gpu
def test_dpo_goes_on_from_it(home):
    train(home, "dpo", "--start", "sft")
    first, *_ = ((home / "dpo/training.jsonl").read_text()).splitlines()
    assert abs(json.loads(first)["loss"] - 0.6931) < 0.05
