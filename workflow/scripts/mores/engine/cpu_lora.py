"""LoRA on the CPU, computed adapter by adapter.

vLLM 0.32's own code for the CPU copies an adapter's weights for every token of a batch, and takes
-1, which stands for no adapter, for the last slot. Here the tokens of an adapter are multiplied
with its weights at once, and tokens without one are left alone. vLLM's workers import this module,
since `CPU_LORA` is named to them (`--worker-extension-cls`).
"""

from collections.abc import Iterator

from torch import Tensor
from vllm.lora.ops.torch_ops import lora_ops
from vllm.lora.punica_wrapper import punica_cpu


def products(inputs: Tensor, weights: Tensor, slots: Tensor, like: Tensor) -> Iterator[tuple]:
    """Of each adapter in the batch the rows of its tokens, and their products with its weights.

    inputs: tokens x in; weights: slots x (1 x) out x in; slots: of each token its adapter's place,
    or -1. A product has the type of `like`.
    """
    for slot in slots.unique().tolist():
        if slot < 0:
            continue
        rows = (slots == slot).nonzero().squeeze(1)
        weight = weights[slot].reshape(weights.shape[-2:]).to(like.dtype)
        yield rows, inputs[rows].to(like.dtype) @ weight.T


def bgmv_shrink(
    inputs: Tensor, weights: Tensor, output: Tensor, slots: Tensor, scaling: float = 1.0
) -> None:
    """Into the first columns of `output` (tokens x rank): scaling * inputs @ weights."""
    width = weights.shape[-2]
    output[:, :width] = 0
    for rows, found in products(inputs, weights, slots, output):
        output[rows, :width] = scaling * found


def bgmv_expand(
    inputs: Tensor, weights: Tensor, output: Tensor, slots: Tensor, add_inputs: bool = True
) -> None:
    """Into, or onto, `output` (tokens x out, perhaps padded): inputs @ weights."""
    width = min(weights.shape[-2], output.shape[1])
    bgmv_expand_slice(inputs, weights, output, slots, 0, width, add_inputs)


def bgmv_expand_slice(
    inputs: Tensor,
    weights: Tensor,
    output: Tensor,
    slots: Tensor,
    offset: int,
    size: int,
    add_inputs: bool = True,
) -> None:
    """Into, or onto, `size` columns of `output` from `offset` on: inputs @ weights."""
    part = output[:, offset : offset + size]
    if not add_inputs:
        part.zero_()
    for rows, found in products(inputs, weights, slots, output):
        part.index_add_(0, rows, found[:, :size])


class Grouped:
    """What is mixed into vLLM's workers: nothing but that this module was imported."""


def install() -> None:
    """Put the three functions in the place of vLLM's, which its others call.

    Raises AttributeError where a vLLM has them no more, so that its server ends at its start.
    """
    for function in (bgmv_shrink, bgmv_expand, bgmv_expand_slice):
        for module in (lora_ops, punica_cpu):
            getattr(module, function.__name__)
            setattr(module, function.__name__, function)


install()
