"""What would stop a run hours from now, looked for before it: in a model's files, at a server."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "fault", "unknown"]


@dataclass(frozen=True)
class Finding:
    """What a look at one thing found."""

    what: str
    state: State
    told: str


@dataclass(frozen=True)
class Needs:
    """What the methods of a study want of a model: prompts, room for replies, adapters."""

    longest: str
    """The longest prompt that is rendered, with stand-ins for norms not yet mined."""
    max_tokens: int
    adapters: bool = False
    continued: bool = False
    """Whether replies are begun for the model (`/v1/completions`)."""
