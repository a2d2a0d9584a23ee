"""What vLLM's workers on a CPU import puts our functions in the place of theirs."""

import importlib

import pytest
from vllm.lora.ops.torch_ops import lora_ops
from vllm.lora.punica_wrapper import punica_cpu
from vllm.lora.punica_wrapper.punica_cpu import PunicaWrapperCPU
from vllm.v1.sample.ops import topk_topp_sampler

from mores.engine import cpu_lora, cpu_sampling
from mores.engine.arguments import CPU_WORKER

PLACES = {
    **{
        (place, name): cpu_lora
        for place in (lora_ops, punica_cpu)
        for name in ("bgmv_shrink", "bgmv_expand", "bgmv_expand_slice")
    },
    (PunicaWrapperCPU, "add_lora_linear"): cpu_lora,
    (PunicaWrapperCPU, "update_metadata"): cpu_lora,
    (topk_topp_sampler, "apply_top_k_top_p_pytorch"): cpu_sampling,
}


@pytest.fixture
def worker(monkeypatch):
    """The module, once imported; what it replaces is put back."""
    for place, name in PLACES:
        monkeypatch.setattr(place, name, getattr(place, name))
    module, _, named = CPU_WORKER.rpartition(".")
    found = importlib.import_module(module)
    assert isinstance(getattr(found, named), type)
    found.install()
    return found


def test_ours_stand_in_the_place_of_vllms(worker):
    for (place, name), ours in PLACES.items():
        assert getattr(place, name) is getattr(ours, name)


def test_a_vllm_that_lacks_one_ends_at_its_start(worker, monkeypatch):
    monkeypatch.delattr(topk_topp_sampler, "apply_top_k_top_p_pytorch")
    with pytest.raises(AttributeError, match="apply_top_k_top_p_pytorch"):
        worker.install()
