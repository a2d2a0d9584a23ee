from pathlib import Path

import pytest
from transformers import Qwen2Config, Qwen2ForCausalLM

from mores.method.countries import Country
from mores.method.items import load_bank
from mores.method.prompts import Prompts
from mores.method.stage import Wording

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def wording() -> Wording:
    """The demo's survey in words for Avethia."""
    return Wording(
        load_bank(ROOT / "resources/items/demo.yaml"),
        Prompts(ROOT / "resources/prompts"),
        Country(code="XAV", name="Avethia", adjective="Avethian"),
    )


@pytest.fixture
def network_of():
    """Makes a network, as small as can be, whose context holds so many tokens."""

    def make(context: int) -> Qwen2ForCausalLM:
        return Qwen2ForCausalLM(
            Qwen2Config(
                vocab_size=16,
                hidden_size=8,
                intermediate_size=8,
                num_hidden_layers=1,
                num_attention_heads=1,
                num_key_value_heads=1,
                max_position_embeddings=context,
            )
        )

    return make


@pytest.fixture
def trace():
    """Makes the row of a trace that was sampled with a norm in context."""

    def make(item: str, verdict: str, text: str, norm: str | None = "People here agree.") -> dict:
        row = {"item": item, "verdict": verdict, "text": text, "request": f"key of {text}"}
        return row | {"norm": norm}

    return make


@pytest.fixture
def no_norm():
    """Makes the row of an item that was not asked: it has no text."""

    def make(item: str) -> dict:
        return {"item": item, "verdict": "no_norm", "norm": None, "reason": "malformed"}

    return make
