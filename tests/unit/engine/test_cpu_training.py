"""What makes training on the CPU cheaper: less is computed, and the same comes out, to rounding."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mores.engine.base import load_base
from mores.engine.cpu_training import prepare
from mores.method.models import ModelSpec
from mores.method.objectives import sft

if TYPE_CHECKING:
    from torch import Tensor

DEMO = ModelSpec(path="resources/demo/model", dtype="float32")
SETTINGS = sft.Settings(objective="sft", data="traces", epochs=2, batch_size=2, device_batch=2)
TEXTS = ["<think>a b c</think>1", "<think>a</think>2", "3", "<think>c c</think>4"]
EXAMPLES = [{"prompt": "which? " * length, "completion": TEXTS[length]} for length in range(4)]


def trained(monkeypatch, folder: Path) -> tuple[dict[str, "Tensor"], int]:
    """An adapter's weights, and the tokens whose likelihood was computed on the way."""
    from trl.trainer import utils

    counted = []

    class Counting(utils._ChunkedLogProbFunction):
        @classmethod
        def apply(cls, hidden, *given):
            counted.append(len(hidden))
            return super().apply(hidden, *given)

    base = load_base("demo", DEMO)
    rows = [sft.row(base.chat, example) for example in EXAMPLES]
    how = {"output_dir": str(folder), "report_to": "none", "save_strategy": "no"}
    trainer = sft.trainer(SETTINGS, rows, base.chat, base.network, how)
    with monkeypatch.context() as patch:
        patch.setattr(utils, "_ChunkedLogProbFunction", Counting)
        trainer.train()
    weights = trainer.model.state_dict().items()
    return {name: one for name, one in weights if "lora" in name}, sum(counted)


@pytest.fixture
def trls_own(monkeypatch):
    """What `prepare` changes, as it was, and so again at the end."""
    from trl.kernels.chunked_logprob import _use_triton
    from trl.trainer import utils

    monkeypatch.setattr(utils, "_use_triton", _use_triton)


def test_only_completions_are_computed_and_the_adapter_is_the_same_to_rounding(
    monkeypatch, tmp_path, trls_own
):
    before, of_all = trained(monkeypatch, tmp_path)
    prepare()
    after, of_completions = trained(monkeypatch, tmp_path)
    chat = load_base("demo", DEMO).chat
    learnt = sum(sum(sft.row(chat, one)["completion_mask"]) for one in EXAMPLES)
    assert of_completions == SETTINGS.epochs * learnt < of_all / 2
    assert before.keys() == after.keys()
    for name, weights in before.items():
        assert weights.any()
        assert (weights - after[name]).abs().max() < 1e-6 < weights.abs().max()


def test_a_trl_or_libc_without_such_ways_trains_as_it_does(monkeypatch, trls_own):
    from trl.trainer import utils

    from mores.engine import cpu_training

    monkeypatch.delattr(utils, "_use_triton")
    monkeypatch.setattr(cpu_training.ctypes, "CDLL", lambda _: object())
    prepare()
    assert not hasattr(utils, "_use_triton")
