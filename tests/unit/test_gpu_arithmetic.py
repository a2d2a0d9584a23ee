"""The tables of docs/gpu.md, from the configurations that the models' authors published."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

PAGE = Path(__file__).parents[2] / "docs/gpu.md"
GIB, KIB = 1 << 30, 1 << 10
RANK, ADAPTERS, BF16 = 16, 8, 2


class Published(NamedTuple):
    """Of config.json: hidden_size, intermediate_size, num_hidden_layers, num_attention_heads,
    num_key_value_heads, vocab_size; whether queries, keys and values have biases."""

    hidden: int
    inner: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int
    biased: bool
    of_head: int = 128

    @property
    def linear(self) -> list[tuple[int, int]]:
        """The width in and out of each linear layer of one layer."""
        wide, narrow = self.heads * self.of_head, self.kv_heads * self.of_head
        attention = [(self.hidden, wide), *[(self.hidden, narrow)] * 2, (wide, self.hidden)]
        return [*attention, *[(self.hidden, self.inner)] * 2, (self.inner, self.hidden)]

    @property
    def parameters(self) -> int:
        """All of them; embedding and output are two."""
        biases = (self.heads + 2 * self.kv_heads) * self.of_head * self.biased
        layer = sum(one * other for one, other in self.linear) + 2 * self.hidden + biases
        return 2 * self.vocabulary * self.hidden + self.hidden + self.layers * layer

    @property
    def weights(self) -> int:
        return BF16 * self.parameters

    @property
    def kv(self) -> int:
        """Bytes of a token's keys and values."""
        return 2 * self.layers * self.kv_heads * self.of_head * BF16

    @property
    def lora(self) -> int:
        """Parameters of an adapter."""
        return RANK * sum(one + other for one, other in self.linear) * self.layers

    def tokens(self, device: float, devices: int = 1) -> float:
        """Of KV cache beside weights, adapters and a guess of 3 GiB on each device."""
        room = devices * (0.92 * device - 3) * GIB - self.weights
        return (room - devices * ADAPTERS * self.lora * BF16) / self.kv

    def training(self, pairs: int, length: int = 2500) -> float:
        """GiB of DPO: weights, adapter and reference, checkpoints, one layer."""
        tokens = 2 * pairs * length
        kept = self.layers * self.hidden + 6 * self.inner + 8 * self.hidden
        return (self.weights + 20 * self.lora + tokens * BF16 * kept) / GIB


QWEN_7B = Published(3584, 18944, 28, 28, 4, 152064, True)
LLAMA_8B = Published(4096, 14336, 32, 32, 8, 128256, False)
QWEN_14B = Published(5120, 13824, 48, 40, 8, 152064, True)
MODELS = (QWEN_7B, LLAMA_8B, QWEN_14B)


def rows(*beginnings: str) -> list[list[str]]:
    """The cells, but the first, of the rows of tables that begin so."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = [next(line for line in lines if line.startswith(f"| {one}")) for one in beginnings]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")[1:]] for line in found]


def test_what_models_take():
    for model, told in zip(
        MODELS, rows("R1-Distill-Qwen-7B", "R1-Distill-Ll", "R1-Distill-Qwen-14B"), strict=True
    ):
        assert told == [
            f"{model.parameters / 1e9:.1f} B",
            f"{model.weights / GIB:.1f} GiB",
            f"{model.kv / KIB:.0f} KiB",
            f"{ADAPTERS * model.lora * BF16 / GIB:.1f} GiB",
        ]


@pytest.mark.parametrize("device", [24, 48, 80, 140])
def test_what_is_left_for_requests(device):
    (told,) = rows(f"{device} GiB")
    assert told == [spelt(model.tokens(device)) for model in MODELS]


def test_a_model_over_two_small_devices():
    (told,) = rows("2 x 24 GiB")
    assert told[-1] == spelt(QWEN_14B.tokens(24, 2))


def spelt(tokens: float) -> str:
    """In whole thousands, and how many requests of 2,000 tokens these are."""
    if tokens < 0:
        return "does not fit"
    return f"{1000 * round(tokens / 1000):,} ({int(tokens / 2000):,})"


@pytest.mark.parametrize("pairs", [1, 2])
def test_what_training_takes(pairs):
    (told,) = rows(f"{pairs} | ")
    assert told == [f"{model.training(pairs):.1f}" for model in MODELS]


def test_adapters_have_the_parameters_that_the_page_says():
    low, high = re.search(
        r"(\d+) to (\d+) million parameters", " ".join(PAGE.read_text().split())
    ).groups()
    assert (int(low), int(high)) == (round(QWEN_7B.lora / 1e6), round(QWEN_14B.lora / 1e6))
