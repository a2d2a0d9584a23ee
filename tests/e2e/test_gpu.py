"""Training on a GPU in bf16: a random Qwen2 of 0.5 B parameters; the paper's 14B if fetched."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jobs
import pytest

from mores.engine.hub import snapshot
from mores.engine.settings import Training
from mores.files import write_jsonl
from mores.job import How
from mores.method.models import ModelSpec
from mores.study.runtime import Runtime

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "resources/demo/model"
COMMON = {"batch_size": 8, "epochs": 2, "learning_rate": 0.001}
SETTINGS = {
    "sft": COMMON | {"objective": "sft", "data": "traces"},
    "dpo": COMMON | {"objective": "dpo", "start": "sft"},
}
RUNTIME = Runtime(training=Training(gradient_checkpointing=True))
EXAMPLES, ADAPTER = "results/examples/{}.jsonl", "results/adapters/{}"
BASE = {"path": "base", "dtype": "bfloat16"}
LARGE = {"path": "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", "revision": "main"}
LARGE |= {"dtype": "bfloat16"}
# A step of two pairs on the device, each text of about 2,500 tokens, as docs/gpu.md reckons.
PAIRS = {"batch_size": 2, "device_batch": 2}
LONG = 240  # sentences of ten tokens and more


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("gpu")
    command = [sys.executable, str(ROOT / "benchmarks/random_model.py"), str(home / "base")]
    command += ["--hidden", "1024", "--layers", "32", "--tokenizer", str(DEMO)]
    subprocess.run(command, check=True)
    write_examples(home, 64, 20)
    return home


def write_examples(home: Path, count: int, sentences: int) -> None:
    """So many examples for each objective, each thought of so many sentences."""
    prompts = [f"How important is family to people, on a scale to {n}?" for n in range(count)]
    named = [{"country": "XAV", "item": "CU01", "prompt": prompt} for prompt in prompts]
    thought = "The norms on family: firmly in favour. " * sentences
    sft = [row | {"completion": f"{thought}\n</think>\n\n1"} for row in named]
    dpo = [
        row | {"chosen": f"{thought}\n</think>\n\n1", "rejected": f"{thought}\n</think>\n\n2"}
        for row in named
    ]
    write_jsonl(home / EXAMPLES.format("sft"), sft)
    write_jsonl(home / EXAMPLES.format("dpo"), dpo)


def train(home: Path, objective: str, model: dict[str, str] = BASE, **settings: int) -> None:
    """Train an adapter; its log tells peak memory and tokens per second."""
    spec = jobs.training(SETTINGS[objective] | settings, model, home)
    start = ADAPTER.format("sft") if objective == "dpo" else []
    inputs = {"examples": [EXAMPLES.format(objective)], "start": start}
    output = {"output": ADAPTER.format(objective)}
    how = How(inputs=inputs, outputs=output, model="base", runtime=RUNTIME)
    line = jobs.command("train_adapter", spec, how, log := f"{objective}.log")
    subprocess.run(line, cwd=home, check=True, timeout=600)
    told = re.search(r"peak memory .*", (home / log).read_text())
    assert told, "the log tells no peak memory"
    print(objective, "of", Path(model["path"]).name, told[0])


def losses(home: Path, objective: str) -> list[float]:
    lines = (home / ADAPTER.format(objective) / "training.jsonl").read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


@pytest.mark.gpu
def test_half_a_billion_parameters_train_in_bf16(home):
    train(home, "sft")
    told = losses(home, "sft")
    assert told[-1] < told[0]


@pytest.mark.gpu
def test_dpo_goes_on_from_it(home):
    train(home, "dpo")
    assert abs(losses(home, "dpo")[0] - 0.6931) < 0.05


@pytest.mark.gpu
def test_what_dpo_of_the_largest_model_takes(tmp_path):
    if snapshot(ModelSpec(**LARGE)) is None:
        pytest.skip(f"{LARGE['path']} was not fetched")
    write_examples(tmp_path, 4, LONG)
    # Of fewer steps an adapter changes no reply, with which training ends in an error.
    for objective, epochs in (("sft", 8), ("dpo", 1)):
        train(tmp_path, objective, LARGE, epochs=epochs, **PAIRS)
