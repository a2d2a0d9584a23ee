"""Requests and completions, and what makes two requests the same."""

from dataclasses import dataclass
from typing import Any

from mores.config import Model
from mores.files import digest


@dataclass(frozen=True)
class ModelRef:
    """A model of the configuration and the digest of what it is."""

    name: str
    settings: Model
    digest: str


@dataclass(frozen=True)
class Adapter:
    """A LoRA in a folder; the digest of its content is also its name on a server."""

    folder: str
    digest: str


@dataclass(frozen=True)
class Request:
    """Chat messages (user turns only), sampling (temperature, top_p, max_tokens, seed), adapter.

    With `prompt`, the server continues that text, which holds the messages as the model's chat
    template writes them and the beginning of the reply.
    """

    messages: tuple[dict[str, str], ...]
    sampling: dict[str, Any]
    adapter: Adapter | None = None
    prompt: str | None = None

    def key(self, model: ModelRef) -> str:
        """Digest of everything that shapes the answer; where and how it is served stays out."""
        continued = {} if self.prompt is None else {"prompt": self.prompt}
        return digest(
            {
                "model": model.digest,
                "dtype": model.settings.dtype,
                "max_model_len": model.settings.max_model_len,
                "adapter": self.adapter.digest if self.adapter else None,
                "messages": list(self.messages),
                "sampling": self.sampling,
                **continued,
            }
        )

    @property
    def beginning(self) -> str:
        """The first words of the last message, for errors."""
        return repr(self.messages[-1]["content"][:120])


@dataclass(frozen=True)
class Completion:
    """What a model answered: raw text, and why it stopped (`stop` or `length`)."""

    key: str
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
