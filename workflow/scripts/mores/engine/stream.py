"""A completion that is streamed: its events, put together as a plain reply would say them.

Only tokens are progress: comments, which keep a connection open, are none. An event is one line of
`data:`, as all servers of this protocol write it.
"""

import json
from typing import Any

MOST_PLAIN = 1 << 20  # bytes of a stream beside its tokens: its usage, and comments
MOST_OF_TOKEN = 2 << 10  # bytes of an event: of one token it has about 300
MOST_TOKENS = 1 << 17  # of a reply, where none are named
TEXTS = ("content", "reasoning_content", "reasoning", "text")
NOTHING = {"content": ""}


class Garbled(Exception):
    """A stream that is none of a completion; the message says why, in the server's own words."""


class Plain:
    """What came of a reply that is not streamed; nothing of it is progress before its end."""

    done = uncounted = False

    def __init__(self) -> None:
        self._body = bytearray()

    @property
    def size(self) -> int:
        """Bytes that came."""
        return len(self._body)

    def feed(self, part: bytes) -> bool:
        """Take the next bytes of the body."""
        self._body += part
        return False

    def text(self) -> str:
        """The whole body."""
        return self._body.decode(errors="replace")


class Stream:
    """What came of a stream of at most so many tokens."""

    def __init__(self, tokens: int = MOST_TOKENS):
        self.done = False
        self._left = MOST_PLAIN + MOST_OF_TOKEN * tokens
        self._line = bytearray()
        self._texts: dict[str, bytearray] = {}
        self._told: dict[str, str] = {}  # as JSON, which is as small as it came

    @property
    def size(self) -> int:
        """Bytes that are kept, about."""
        kept = [*self._texts.values(), *self._told.values()]
        return len(self._line) + sum(map(len, kept))

    def feed(self, part: bytes) -> bool:
        """Take the next bytes of the body; whether tokens came with them. Raises Garbled."""
        self._left -= len(part)
        if self._left < 0:
            raise Garbled("a stream that is longer than the tokens that were asked for")
        self._line += part
        if b"\n" not in part:
            return False
        *lines, self._line = self._line.split(b"\n")
        return sum(self._read(bytes(line)) for line in lines if line.startswith(b"data:")) > 0

    def _read(self, line: bytes) -> bool:
        """Take one event; whether it has tokens."""
        said = line.removeprefix(b"data:").strip()
        if self.done or said == b"[DONE]":
            self.done = True
            return False
        try:
            return self._take(json.loads(said))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            shown = said[:1000].decode(errors="replace")
            raise Garbled(f"no part of a completion ({error!r}): {shown}") from None

    def _take(self, event: dict[str, Any]) -> bool:
        if event.get("error"):
            raise ValueError("an error")
        if event.get("usage"):
            self._told["usage"] = json.dumps(event["usage"])
        if not event["choices"]:
            return False
        choice = event["choices"][0]
        if choice.get("finish_reason"):
            self._told["finish_reason"] = json.dumps(choice["finish_reason"])
        if choice.get("logprobs") and "logprobs" not in self._told:  # those of the first token
            self._told["logprobs"] = json.dumps(choice["logprobs"])
        found = (choice["delta"] or {}) if "delta" in choice else {"text": choice["text"]}
        said = {name: found[name] for name in TEXTS if found.get(name) is not None}
        for name, text in said.items():
            self._texts.setdefault(name, bytearray()).extend(text.encode(errors="surrogatepass"))
        return any(said.values())

    def text(self) -> str:
        """The JSON of the plain reply. Raises Garbled where the stream was cut."""
        self.feed(b"\n")
        if not self.done and "finish_reason" not in self._told:
            raise Garbled("a stream that was cut")
        texts = {name: text.decode(errors="surrogatepass") for name, text in self._texts.items()}
        parts = {"text": texts["text"]} if "text" in texts else {"message": NOTHING | texts}
        choice = {name: json.dumps(said) for name, said in parts.items()}
        choice |= {"finish_reason": "null"} | self._told
        told = ", ".join(f'"{name}": {said}' for name, said in choice.items())
        return f'{{"choices": [{{{told}}}], "usage": {self._told.get("usage", "null")}}}'

    @property
    def uncounted(self) -> bool:
        """Whether the server ended its reply without saying of how many tokens it is."""
        return "finish_reason" in self._told and "usage" not in self._told
