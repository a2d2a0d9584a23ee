"""LoRA's products on the CPU, held against vLLM's own functions, token by token."""

import pytest
import torch
from vllm.lora.ops.torch_ops import lora_ops

THEIRS = {
    name: getattr(lora_ops, name) for name in ("bgmv_shrink", "bgmv_expand", "bgmv_expand_slice")
}
TOKENS, IN, OUT, RANK, SLOTS, PADDING = 40, 24, 16, 8, 4, 5


@pytest.fixture(params=[range(SLOTS), [2], [0, 3]], ids=str)
def batch(request, monkeypatch):
    """Inputs, both weights with padding of rank, and a slot for each token; module of ours."""
    for name, function in THEIRS.items():  # importing ours puts it in their place
        monkeypatch.setattr(lora_ops, name, function)
    from mores.engine import cpu_lora

    draw = torch.Generator().manual_seed(0)
    first = torch.randn(SLOTS, 1, RANK, IN, generator=draw)
    second = torch.randn(SLOTS, 1, OUT, RANK, generator=draw)
    choice = torch.tensor([*request.param])
    slots = choice[torch.randint(len(choice), (TOKENS,), generator=draw)]
    return cpu_lora, torch.randn(TOKENS, IN, generator=draw), first, second, slots


def both(ours, name: str, output: torch.Tensor, *arguments) -> tuple[torch.Tensor, torch.Tensor]:
    """What vLLM's function and ours leave in the same output."""
    inputs, weights, *others = arguments
    theirs, mine = output.clone(), output.clone()
    THEIRS[name](inputs, weights, theirs, *others)
    getattr(ours, name)(inputs, weights, mine, *others)
    return theirs, mine


@pytest.mark.parametrize("onto", [True, False])
def test_products_are_those_of_vllm(batch, onto):
    ours, inputs, first, second, slots = batch
    shrunk = torch.randn(TOKENS, RANK + PADDING)
    torch.testing.assert_close(*both(ours, "bgmv_shrink", shrunk, inputs, first, slots, 0.5))
    middle = torch.randn(TOKENS, RANK)
    for width in (OUT, OUT + PADDING, OUT - PADDING):
        output = torch.randn(TOKENS, width)
        found = both(ours, "bgmv_expand", output, middle, second, slots, onto)
        torch.testing.assert_close(*found)
    output = torch.randn(TOKENS, 3 * OUT)
    found = both(ours, "bgmv_expand_slice", output, middle, second, slots, OUT, OUT, onto)
    torch.testing.assert_close(*found)


def test_tokens_without_an_adapter_are_left_alone(batch):
    ours, inputs, first, second, slots = batch
    none = slots.clone()
    none[::3] = -1
    output = torch.randn(TOKENS, OUT)
    changed = output.clone()
    ours.bgmv_expand(torch.randn(TOKENS, RANK), second, changed, none)
    assert torch.equal(changed[::3], output[::3])
    assert not torch.equal(changed[1::3], output[1::3])
    shrunk = torch.randn(TOKENS, RANK)
    ours.bgmv_shrink(inputs, first, shrunk, none)
    assert not shrunk[::3].any()


def test_it_stands_in_the_place_of_vllms():
    from vllm.lora.punica_wrapper import punica_cpu

    from mores.engine import cpu_lora

    cpu_lora.install()
    for name in THEIRS:
        assert getattr(punica_cpu, name) is getattr(lora_ops, name) is getattr(cpu_lora, name)
