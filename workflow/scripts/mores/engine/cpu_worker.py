"""What stands in the place of vLLM's own functions in its workers on a CPU.

They import this module, since it is named to them (`--worker-extension-cls`).
"""

from collections.abc import Callable
from typing import Any

from vllm.lora.ops.torch_ops import lora_ops
from vllm.lora.punica_wrapper import punica_cpu
from vllm.lora.punica_wrapper.punica_cpu import PunicaWrapperCPU
from vllm.v1.sample.ops import topk_topp_sampler

from mores.engine import cpu_lora, cpu_sampling


class Worker:
    """What is mixed into vLLM's workers: nothing but that this module was imported."""


def install() -> None:
    """Put our functions in the place of vLLM's, which its others call.

    Raises AttributeError where a vLLM has them no more, so that its server ends at its start.
    """
    for function in (cpu_lora.bgmv_shrink, cpu_lora.bgmv_expand, cpu_lora.bgmv_expand_slice):
        for module in (lora_ops, punica_cpu):
            _replace(module, function)
    for method in (cpu_lora.update_metadata, cpu_lora.add_lora_linear):
        _replace(PunicaWrapperCPU, method)
    _replace(topk_topp_sampler, cpu_sampling.apply_top_k_top_p_pytorch)


def _replace(where: Any, function: Callable) -> None:
    getattr(where, function.__name__)
    setattr(where, function.__name__, function)


install()
