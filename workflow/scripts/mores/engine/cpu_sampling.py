"""Top-p on the CPU, where vLLM 0.32 sorts the whole vocabulary for each token.

Nearly always a few most likely tokens hold the mass p, and these alone are sorted here. Where they
do not, or where rounding or a tie might have vLLM cut elsewhere, its own function is called, so
that what a model says is the same to the byte.
"""

import torch
from torch import Tensor
from vllm.v1.sample.ops import topk_topp_sampler

MOST = 64  # tokens sorted
MARGIN = 1e-4  # of mass: float32 sums of a vocabulary, in two orders, differ by less
THEIRS = topk_topp_sampler.apply_top_k_top_p_pytorch


def apply_top_k_top_p_pytorch(
    logits: Tensor, k: Tensor | None, p: Tensor | None, allow_cpu_sync: bool = False
) -> Tensor:
    """Logits, texts x vocabulary, with -inf for all but the top p of each text, or the top k.

    k, p: one of each text, or None for all.
    """
    if p is None or k is not None:
        return THEIRS(logits, k, p, allow_cpu_sync)
    found, places = logits.topk(min(MOST, logits.shape[-1]))
    kept, sure = likeliest(found, logits.logsumexp(-1, keepdim=True), p)
    cut = torch.full_like(logits, -torch.inf)
    cut.scatter_(1, places, found.masked_fill(~kept, -torch.inf))
    if len(rest := (~sure).nonzero().squeeze(1)):
        cut[rest] = THEIRS(logits[rest], None, p[rest])
    return cut


def likeliest(found: Tensor, total: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """Which of the `found` are within the top p of a text, and of which texts that is sure.

    found: texts x tokens, the greatest logits, in descending order; total: texts x 1, the
    logarithm of all logits' exponentials.
    """
    shares = (found - total).exp()
    more = shares.cumsum(-1) - shares - p.unsqueeze(1)  # mass of the likelier, over p
    kept = more < 0
    last = kept.sum(-1, keepdim=True) - 1
    after = (last + 1).clamp(max=found.shape[-1] - 1)  # itself, a tie, where all are kept
    untied = found.gather(1, last.clamp(min=0)) > found.gather(1, after)
    return kept, untied.squeeze(1) & (more.abs().amin(-1) > MARGIN)
