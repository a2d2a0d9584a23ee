"""`make gpu-check`, with what a CPU can do: the table that it prints."""

import importlib
import subprocess
import sys
from pathlib import Path

import lookalikes
import pytest

from mores.engine.arguments import on_cpu
from mores.errors import EngineError

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks/gpu_check.py"


def rows(told: str) -> list[list[str]]:
    """The rows of a table below its head, without those that tell how long a part took."""
    cells = [line.strip("| ").split(" | ") for line in told.splitlines() if line.startswith("|")]
    assert cells[0] == ["part", "what", "found"]
    return [row for row in cells[2:] if row[1] != "took"]


@pytest.fixture
def gpu_check(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPT.parent)
    return importlib.import_module("gpu_check")


def test_a_part_that_fails_is_told_and_the_others_go_on(gpu_check, monkeypatch, capsys):
    def broken():
        yield "first start", "12 s"
        raise EngineError("the server\nended")

    monkeypatch.setitem(gpu_check.PARTS, "starts", broken)
    assert not gpu_check.check(["starts", "host"])
    told = rows(capsys.readouterr().out)
    assert told[:2] == [
        ["starts", "first start", "12 s"],
        ["starts", "FAILED", "the server ended"],
    ]
    assert {"packages", "GPU", "C compiler", "/dev/shm"} <= {row[1] for row in told[2:]}


def test_a_finding_that_is_wrong_fails_too(gpu_check, monkeypatch, capsys):
    monkeypatch.setitem(gpu_check.PARTS, "starts", lambda: iter([("cc", "none: FAILED")]))
    assert not gpu_check.check(["starts"])
    monkeypatch.setitem(gpu_check.PARTS, "starts", lambda: iter([("cc", "/usr/bin/cc")]))
    assert gpu_check.check(["starts"])


@pytest.mark.long
def test_the_tokenizers_of_models_at_hand_are_looked_at(gpu_check, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    right = lookalikes.write_snapshot("r1-llama", tmp_path)
    wrong = lookalikes.write_snapshot("qwen-instruct", tmp_path)
    (wrong / "tokenizer.json").write_text("{}")
    for folder in (right, wrong):
        (folder / "model.safetensors").touch()
    assert not gpu_check.check(["tokenizers"])
    told = {row[1]: row[2] for row in rows(capsys.readouterr().out)}
    assert told["r1-llama-8b"].endswith("training and servers of mores do as the file says")
    assert told["qwen2.5-14b"].endswith("check the path: FAILED")
    left = "left out: deepseek-ai/DeepSeek-R1-Distill-Qwen-{} was not fetched"
    assert (told["r1-qwen-7b"], told["r1-qwen-14b"]) == (left.format("7B"), left.format("14B"))


@pytest.mark.long
def test_parts_that_a_cpu_can_do_in_minutes_succeed():
    if not on_cpu():
        pytest.skip("of packages for a GPU `make gpu-check` itself is the test")
    # The others take a GPU's patience.
    parts = ["host", "adapters", "hand-over", "tests", "tokenizers"]
    command = [sys.executable, str(SCRIPT), "--only", *parts]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    told = {row[1]: row[2] for row in rows(done.stdout)}
    assert told["live in bf16"] == "9 of 9"
    assert told["the trained adapter"] == "live"
    assert {row[0] for row in rows(done.stdout)} == set(parts)
