"""LoRA's products on the CPU, held against vLLM's own functions, token by token."""

import pytest
import torch
from vllm.lora.layers import LoRAMapping
from vllm.lora.ops.torch_ops import lora_ops
from vllm.lora.punica_wrapper.punica_cpu import PunicaWrapperCPU

from mores.engine import cpu_lora

THEIRS = {
    name: getattr(lora_ops, name) for name in ("bgmv_shrink", "bgmv_expand", "bgmv_expand_slice")
}
LINEAR = PunicaWrapperCPU.add_lora_linear
TOKENS, IN, OUT, RANK, SLOTS, PADDING = 40, 24, 16, 8, 4, 5


@pytest.fixture(params=[range(SLOTS), [2], [0, 3]], ids=str)
def batch(request):
    """Inputs, both weights with padding of rank, and a slot for each token."""
    draw = torch.Generator().manual_seed(0)
    first = torch.randn(SLOTS, 1, RANK, IN, generator=draw)
    second = torch.randn(SLOTS, 1, OUT, RANK, generator=draw)
    choice = torch.tensor([*request.param])
    slots = choice[torch.randint(len(choice), (TOKENS,), generator=draw)]
    return torch.randn(TOKENS, IN, generator=draw), first, second, slots


def both(name: str, output: torch.Tensor, *arguments) -> tuple[torch.Tensor, torch.Tensor]:
    """What vLLM's function and ours leave in the same output."""
    inputs, weights, *others = arguments
    theirs, mine = output.clone(), output.clone()
    THEIRS[name](inputs, weights, theirs, *others)
    getattr(cpu_lora, name)(inputs, weights, mine, *others)
    return theirs, mine


@pytest.mark.parametrize("onto", [True, False])
def test_products_are_those_of_vllm(batch, onto):
    inputs, first, second, slots = batch
    shrunk = torch.randn(TOKENS, RANK + PADDING)
    torch.testing.assert_close(*both("bgmv_shrink", shrunk, inputs, first, slots, 0.5))
    middle = torch.randn(TOKENS, RANK)
    for width in (OUT, OUT + PADDING, OUT - PADDING):
        output = torch.randn(TOKENS, width)
        found = both("bgmv_expand", output, middle, second, slots, onto)
        torch.testing.assert_close(*found)
    output = torch.randn(TOKENS, 3 * OUT)
    found = both("bgmv_expand_slice", output, middle, second, slots, OUT, OUT, onto)
    torch.testing.assert_close(*found)


def mapped(slots: torch.Tensor) -> PunicaWrapperCPU:
    """What vLLM's layers ask for products, in a batch of these adapters."""
    wrapper = PunicaWrapperCPU(2 * TOKENS, 2 * TOKENS, "cpu")
    adapters = tuple((slots + 1).tolist())  # 0 is vLLM's number for none
    mapping = LoRAMapping(adapters, adapters, is_prefill=True)
    cpu_lora.update_metadata(wrapper, mapping, list(range(1, SLOTS + 1)), SLOTS, 100)
    return wrapper


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_linear_layers_parts_are_those_of_vllm(batch, dtype):
    inputs, _, _, slots = batch
    sizes = (OUT, OUT // 2)
    firsts = tuple(torch.randn(SLOTS, 1, RANK, IN).to(dtype) for _ in sizes)
    seconds = tuple(torch.randn(SLOTS, 1, size, RANK).to(dtype) for size in sizes)
    output = torch.randn(TOKENS, sum(sizes)).to(dtype)
    theirs, mine = output.clone(), output.clone()
    wrapper = mapped(slots)
    given = inputs.to(dtype), firsts, seconds, 0.5, sizes
    LINEAR(wrapper, theirs, *given)
    cpu_lora.add_lora_linear(wrapper, mine, *given)
    torch.testing.assert_close(mine, theirs)
    assert not torch.equal(mine, output)


def test_a_linear_layer_leaves_tokens_without_an_adapter_alone(batch):
    inputs, first, second, slots = batch
    none = slots.clone()
    none[::3] = -1
    output = torch.randn(TOKENS, OUT)
    given = inputs, (first,), (second,), 1.0, (OUT,)
    alone, mixed, bare = output.clone(), output.clone(), output.clone()
    cpu_lora.add_lora_linear(mapped(slots), alone, *given)
    cpu_lora.add_lora_linear(mapped(none), mixed, *given)
    cpu_lora.add_lora_linear(mapped(torch.full_like(slots, -1)), bare, *given)
    assert torch.equal(bare, output)
    assert torch.equal(mixed[::3], output[::3])
    torch.testing.assert_close(mixed[1::3], alone[1::3])
    assert not torch.equal(mixed[1::3], output[1::3])


def test_tokens_without_an_adapter_are_left_alone(batch):
    inputs, first, second, slots = batch
    none = slots.clone()
    none[::3] = -1
    output = torch.randn(TOKENS, OUT)
    changed = output.clone()
    cpu_lora.bgmv_expand(torch.randn(TOKENS, RANK), second, changed, none)
    assert torch.equal(changed[::3], output[::3])
    assert not torch.equal(changed[1::3], output[1::3])
    shrunk = torch.randn(TOKENS, RANK)
    cpu_lora.bgmv_shrink(inputs, first, shrunk, none)
    assert not shrunk[::3].any()
