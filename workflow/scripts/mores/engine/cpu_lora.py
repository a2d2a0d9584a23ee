"""LoRA on the CPU, computed adapter by adapter.

vLLM 0.32's own code for the CPU copies an adapter's weights for every token of a batch, and takes
-1, which stands for no adapter, for the last slot. Here the tokens of an adapter are multiplied
with its weights at once, and tokens without one are left alone (`mores.engine.cpu_worker`).

Linear layers have a function of their own, since nearly all time goes there; what vLLM asks of
embeddings and logits goes through the other three.
"""

from collections.abc import Iterator

import torch
from torch import Tensor
from vllm.lora.punica_wrapper.punica_base import PunicaWrapperBase
from vllm.lora.punica_wrapper.punica_cpu import PunicaWrapperCPU


def rows_of(slots: Tensor) -> list[tuple[int, Tensor]]:
    """Of each adapter in a batch its slot and the rows of its tokens.

    slots: of each token its adapter's place, or -1.
    """
    there = [slot for slot in slots.unique().tolist() if slot >= 0]
    return [(slot, (slots == slot).nonzero().squeeze(1)) for slot in there]


def product(inputs: Tensor, weights: Tensor, slot: int, dtype: torch.dtype) -> Tensor:
    """Of tokens x in with the weights of a slot: tokens x out.

    weights: slots x (1 x) out x in.
    """
    weight = weights[slot].reshape(weights.shape[-2:]).to(dtype)
    return inputs.to(dtype) @ weight.T


def update_metadata(wrapper: PunicaWrapperCPU, *mapping, **more) -> None:
    """Take note of a batch's adapters, and once for all its layers of their rows."""
    PunicaWrapperBase.update_metadata(wrapper, *mapping, **more)
    wrapper.rows = rows_of(wrapper.token_lora_indices)


def add_lora_linear(
    wrapper: PunicaWrapperCPU,
    output: Tensor,
    inputs: Tensor,
    firsts: tuple[Tensor, ...],
    seconds: tuple[Tensor, ...],
    scale: float,
    sizes: tuple[int, ...],
    **_buffer,
) -> None:
    """Onto `output` (tokens x out): scale * inputs @ firsts @ seconds, by parts of so many columns.

    A layer has several parts where it holds the weights of several (q, k and v). Between the two
    products stands float32, as in vLLM.
    """
    flat = output.view(-1, output.shape[-1])[:, : sum(sizes)]
    inputs = inputs.view(-1, inputs.shape[-1])
    for slot, rows in wrapper.rows:
        tokens = inputs[rows]
        parts = []
        for first, second, size in zip(firsts, seconds, sizes, strict=True):
            shrunk = scale * product(tokens, first, slot, torch.float32)
            parts.append(product(shrunk, second, slot, output.dtype)[:, :size])
        flat.index_add_(0, rows, torch.cat(parts, 1))


def products(inputs: Tensor, weights: Tensor, slots: Tensor, like: Tensor) -> Iterator[tuple]:
    """Of each adapter in the batch the rows of its tokens, and their products with its weights.

    A product has the type of `like`.
    """
    for slot, rows in rows_of(slots):
        yield rows, product(inputs[rows], weights, slot, like.dtype)


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
