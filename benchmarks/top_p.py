"""How much faster is top-p on the CPU than by vLLM's own function, which sorts the vocabulary?

    python benchmarks/top_p.py                 # half a minute on one core

For a batch of the demo's size and of a large vocabulary: seconds for a token of each text by
vLLM's function and ours, in turns, the best of five, and their ratio. The logits are random and
their top 0.95 are a few tokens of each text, as in most texts; how many texts were vLLM's again is
told (`sorted`). Ends with 1 if one logit differs.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow/scripts"))
from mores.engine import cpu_sampling

SIZES = {"demo": (200, 1_026), "large": (32, 151_936)}  # texts, vocabulary
TOP = 0.95
SPREAD = 10.0  # standard deviation of the logits
ROUNDS = 5


def seconds(function: Callable, logits: Tensor, p: Tensor) -> tuple[float, Tensor]:
    """How long one call takes, of logits that it may write into, and what it gives."""
    given = logits.clone()
    start = time.perf_counter()
    cut = function(given, None, p)
    return time.perf_counter() - start, cut


def compare(texts: int, vocabulary: int) -> dict:
    """Both functions' best times for one batch."""
    logits = SPREAD * torch.randn(texts, vocabulary)
    p = torch.full((texts,), TOP)
    found = logits.topk(cpu_sampling.MOST)[0]
    _, sure = cpu_sampling.likeliest(found, logits.logsumexp(-1, keepdim=True), p)
    times = []
    for _ in range(ROUNDS):
        theirs, expected = seconds(cpu_sampling.THEIRS, logits, p)
        ours, cut = seconds(cpu_sampling.apply_top_k_top_p_pytorch, logits, p)
        if not torch.equal(cut, expected):
            sys.exit("the functions leave other tokens")
        times.append((theirs, ours))
    theirs, ours = (min(taken) for taken in zip(*times, strict=True))
    told = {"vllm": round(theirs, 4), "mores": round(ours, 4), "ratio": round(theirs / ours, 1)}
    return told | {"sorted": int((~sure).sum()), "texts": texts}


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    for name, size in SIZES.items():
        print(json.dumps({name: compare(*size)}))


if __name__ == "__main__":
    main()
