"""Top-p without sorting a vocabulary, held against vLLM's own function, text by text."""

import pytest
import torch

from mores.engine import cpu_sampling
from mores.engine.cpu_sampling import MOST, THEIRS, apply_top_k_top_p_pytorch

TEXTS = 200


def drawn(vocabulary: int, spread: float, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Logits, rounded to a type as a model in it would give them."""
    draw = torch.Generator().manual_seed(vocabulary)
    return (spread * torch.randn(TEXTS, vocabulary, generator=draw)).to(dtype).float()


def same(logits: torch.Tensor, p: torch.Tensor, k: torch.Tensor | None = None) -> bool:
    ours = apply_top_k_top_p_pytorch(logits.clone(), k, p)
    return torch.equal(ours, THEIRS(logits.clone(), k, p))


@pytest.fixture
def sorted_whole(monkeypatch):
    """How many texts each call of vLLM's own function had."""
    seen: list[int] = []

    def told(logits, *more):
        seen.append(len(logits))
        return THEIRS(logits, *more)

    monkeypatch.setattr(cpu_sampling, "THEIRS", told)
    return seen


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("spread", [0, 0.1, 1, 4, 10, 100])
@pytest.mark.parametrize("vocabulary", [2, MOST - 1, MOST, MOST + 1, 1026, 20_000])
def test_the_same_tokens_are_left_as_by_vllm(vocabulary, spread, dtype):
    logits = drawn(vocabulary, spread, dtype)
    for p in (torch.full((TEXTS,), 0.95), torch.linspace(1e-6, 1, TEXTS)):
        assert same(logits, p)


def test_tokens_that_are_ruled_out_stay_so():
    logits = drawn(1026, 8)
    logits[:, 3:] = -torch.inf
    logits[::2, 1:] = -torch.inf
    assert same(logits, torch.full((TEXTS,), 0.95))
    assert same(logits, torch.ones(TEXTS))


def test_where_a_cut_falls_upon_p_vllm_decides(sorted_whole):
    logits = drawn(1026, 8)
    sums = logits.sort(dim=-1, descending=True).values.softmax(-1).cumsum(-1)
    for token in range(4):
        assert same(logits, sums[:, token])
    assert sorted_whole == 4 * [TEXTS]


def test_where_tokens_tie_at_the_cut_vllm_decides(sorted_whole):
    logits = drawn(1026, 8)
    logits[7] = -50.0
    logits[7, [5, 900, 31, 77]] = 2.0  # of four with a share of a quarter each, p leaves three
    assert same(logits, torch.full((TEXTS,), 0.6))
    assert sum(sorted_whole) < TEXTS / 10


def test_a_few_likely_tokens_are_all_that_is_sorted(sorted_whole):
    logits = drawn(20_000, 100)
    assert same(logits, torch.full((TEXTS,), 0.9))
    assert sum(sorted_whole) < TEXTS / 10


def test_a_flat_text_does_not_have_the_others_sorted(sorted_whole):
    logits = drawn(1026, 0)
    logits[:, 0] = 20.0
    logits[5] = 0
    assert same(logits, torch.full((TEXTS,), 0.9))
    assert sorted_whole == [1]


def test_the_top_k_is_vllms():
    logits = drawn(1026, 3)
    k = torch.arange(1, TEXTS + 1)
    assert same(logits, torch.full((TEXTS,), 0.9), k)
    ours = apply_top_k_top_p_pytorch(logits.clone(), k, None, allow_cpu_sync=True)
    assert torch.equal(ours, THEIRS(logits.clone(), k, None, allow_cpu_sync=True))
    assert torch.equal(apply_top_k_top_p_pytorch(logits, None, None), logits)
