"""The guard of a server of ours: all that it serves wants the key, and not what is under /v1 alone.

vLLM runs it inside its server, before all else (`--middleware`), and asks nobody for a key at
`/invocations`, `/tokenize`, `/metrics` and whatever the next version adds.
"""

import hmac
import os
from typing import Any

NAME = "mores.engine.guard.Guard"


class Guard:
    """ASGI middleware: whoever does not know the key in VLLM_API_KEY gets a bare 401."""

    def __init__(self, app: Any):
        self.app = app
        self.wanted = b"Bearer " + os.environb[b"VLLM_API_KEY"]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Hand on what carries the key, and the server's own start and end."""
        if scope["type"] == "lifespan" or self._knows(scope["headers"]):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            bare = [(b"content-length", b"0"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 401, "headers": bare})
            await send({"type": "http.response.body"})

    def _knows(self, headers: list[tuple[bytes, bytes]]) -> bool:
        """Whether the key is among the headers; how much of one is right takes no time to tell."""
        given = [value for name, value in headers if name == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(given[0], self.wanted)
