"""What a step may ask of a model: requests, their completions, and who answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """Chat messages (user turns only) and sampling (temperature, top_p, max_tokens, seed).

    With `prompt`, the server continues that text, which holds the messages as the model's chat
    template writes them and the beginning of the reply.
    """

    messages: tuple[dict[str, str], ...]
    sampling: dict[str, Any]
    prompt: str | None = None

    @property
    def beginning(self) -> str:
        """The first words of the last message, for errors."""
        return repr(self.messages[-1]["content"][:120])


@dataclass(frozen=True)
class Completion:
    """What a model answered: raw text, and why it stopped (`stop` or `length`).

    `key` is the digest of all that shaped the answer.
    """

    key: str
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    logprobs: dict[str, float] | None = None
    """Of the likeliest first tokens, where a request asks for them."""


class Ask(Protocol):
    """A model, with an adapter or without, that answers requests in their order."""

    @property
    def model(self) -> str:
        """Digest of the model."""
        ...

    @property
    def adapter(self) -> str | None:
        """Digest of the adapter that answers, if any."""
        ...

    def __call__(self, requests: Sequence[Request], label: str) -> list[Completion]:
        """Completions in the order of the requests; `label` names them where progress is shown."""
        ...
