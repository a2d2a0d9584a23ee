"""Which model is asked or trained, and how it draws its tokens."""

import hashlib
from typing import Any, Literal

from pydantic import Field

from mores.canonical import canonical
from mores.spec import PathText, Section, Seed

LARGEST_CONTEXT = 100_000_000  # tokens
HOTTEST = 2  # temperature that OpenAI-compatible servers take


class ModelSpec(Section):
    """A language model: where it is, and how it is loaded."""

    path: PathText
    """A folder, or a model's id on the Hugging Face hub."""
    revision: str | None = None
    """Commit of a hub model; pin it."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    max_model_len: int | None = Field(None, ge=1, le=LARGEST_CONTEXT)
    """Context in tokens; model's own."""
    trust_remote_code: bool = False
    """Run Python that comes with the model, as you and with all you may do."""


class Sampling(Section):
    """How a model draws its tokens."""

    temperature: float = Field(0.6, ge=0, le=HOTTEST)
    top_p: float = Field(0.95, gt=0, le=1)
    max_tokens: int = Field(2048, ge=1, le=LARGEST_CONTEXT)
    """Thinking and answer together."""
    seed: Seed = 0
    """Each request's own seed is derived from this one."""

    def of(self, *identity: Any) -> dict[str, Any]:
        """Sampling of one request: its seed is drawn from this one's and what it asks for."""
        drawn = hashlib.sha256(canonical([self.seed, *identity]).encode()).digest()
        return self.model_dump() | {"seed": int.from_bytes(drawn[:4], "big") >> 1}
