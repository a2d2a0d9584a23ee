"""One request to a server and its reply: bounded in bytes and in time, and told so that it is safe.

A server may be broken or hostile. What it says is never decompressed, followed elsewhere, or read
beyond a limit, and it is shown escaped, in one line, without the key.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self

from mores.engine.stream import MOST_TOKENS, Garbled, Plain, Stream

if TYPE_CHECKING:
    from aiohttp import ClientResponse

MOST = 4 << 20  # bytes of a reply that are read: a completion of 100,000 tokens has about 1 MiB
LARGE = 256 << 10  # bytes above which few replies are read at once, since memory is finite
LARGE_AT_ONCE = 4
CONNECT_SECONDS = 60.0  # for a host to take a connection
LOOKS = 10  # how often within its time-out a request asks whether others were answered
PATIENCE = 300.0  # seconds: a server that asks for more is asked again nevertheless

STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
EVENTS = "text/event-stream"
REFUSED = {400, 422}  # what a server says to a key that it does not know
END_SECONDS = 0.3  # for a stream to end after its last event


class NoReply(Exception):
    """Nothing came that could be read; the message says what came instead."""


@dataclass(frozen=True)
class Reply:
    """Status and text of a reply, and for how many seconds the server wants to be left alone.

    `unstreamed` where a stream was asked for, and this is not all that a plain reply would say.
    """

    status: int
    text: str
    wait: float = 0.0
    unstreamed: bool = False


class Exchange:
    """Requests to one address, `at_once` of them.

    All are given up that have waited while nothing came to any of them for so many `seconds`,
    no reply and no token of one that is streamed: a server under load answers late, but it
    answers. Without `seconds` somebody else watches it.
    """

    def __init__(self, url: str, key: str | None, seconds: float | None, at_once: int = 1):
        self.url, self.key, self.seconds, self.at_once = url.rstrip("/"), key, seconds, at_once
        self.heard = 0.0  # when a reply or token came last, by the loop's clock

    async def __aenter__(self) -> Self:
        import aiohttp

        authorization = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        self.turns = asyncio.Semaphore(LARGE_AT_ONCE)
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.at_once),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            headers={"Accept-Encoding": "identity"} | authorization,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        return self

    async def __aexit__(self, *_) -> None:
        await self.session.close()

    async def post(self, path: str, body: dict[str, Any], streamed: bool = False) -> Reply:
        """The reply to `body` as JSON; NoReply where none came whole, in time and in bounds.

        A completion may be asked for `streamed`, and reads as if it were not; a server that streams
        none may reply plainly.
        """
        import aiohttp

        asked = body | STREAMED if streamed else body
        try:
            async with (
                self._patience(),
                self.session.post(
                    f"{self.url}/{path}", json=asked, allow_redirects=False
                ) as response,
            ):
                if 300 <= response.status < 400:
                    return Reply(response.status, _elsewhere(response))
                events = streamed and response.status == 200 and response.content_type == EVENTS
                read = Stream(body.get("max_tokens", MOST_TOKENS)) if events else Plain()
                text = await self._read(response, read)
        except TimeoutError:
            limit = f"{self.seconds or CONNECT_SECONDS:g} s (engine: request_timeout)"
            raise NoReply(f"no answer within {limit}") from None
        except Garbled as error:
            raise NoReply(self.shown(str(error))) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoReply(self.shown(f"{type(error).__name__}: {error}")) from None
        if response.status == 200:
            self._hear()
        wait = seconds_asked(response.headers.get("Retry-After", ""))
        refused = streamed and response.status in REFUSED and "stream" in text
        return Reply(response.status, text, wait, refused or read.uncounted)

    def _hear(self) -> None:
        self.heard = asyncio.get_running_loop().time()

    @asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        """Raise TimeoutError once no reply to anybody came for `seconds`."""
        if (seconds := self.seconds) is None:
            yield
            return
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async with asyncio.timeout(seconds) as timer:

            async def renew() -> None:
                while True:
                    await asyncio.sleep(seconds / LOOKS)
                    timer.reschedule(max(begun, self.heard) + seconds)

            renewing = asyncio.create_task(renew())
            try:
                yield
            finally:
                renewing.cancel()

    async def _read(self, response: "ClientResponse", reply: Plain | Stream) -> str:
        """The text of a reply; of large ones only few are in memory at a time."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise NoReply("a compressed reply, which nobody asked for")
        if isinstance(reply, Plain) and (response.content_length or 0) > MOST:
            raise NoReply(f"a reply of {response.content_length:,} bytes, more than {MOST:,}")
        async with AsyncExitStack() as turn:
            before = 0
            async for part in response.content.iter_any():
                if reply.feed(part):
                    self._hear()
                if before <= LARGE < reply.size:
                    await turn.enter_async_context(self.turns)
                before = max(before, reply.size)
                if reply.size > MOST:
                    raise NoReply(f"a reply of more than {MOST:,} bytes")
                if reply.done:
                    await _end(response)
                    break
            return reply.text()

    def shown(self, said: str, length: int = 200) -> str:
        """What a server said, `escaped` and without the key that it was sent."""
        return escaped(said.replace(self.key, "[the key]") if self.key else said, length)


def escaped(said: str, length: int = 200) -> str:
    """The beginning of what somebody else said, in one line in which nothing acts.

    Line ends, control characters, escape sequences and marks that turn text around are spelt out.
    """
    begun = said[:length]
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in begun
    )


async def _end(response: "ClientResponse") -> None:
    """Let a stream end whose last event was read, so that its connection may be used again."""
    from aiohttp import ClientError

    with suppress(TimeoutError, ClientError):
        async with asyncio.timeout(END_SECONDS):
            await response.content.readany()


def _elsewhere(response: "ClientResponse") -> str:
    place = response.headers.get("Location", "nowhere")
    return f"it sends to {place}, which is not asked; if it should be, name it in `url`"


def seconds_asked(header: str) -> float:
    """Seconds of a Retry-After, a number or a date, at most PATIENCE; 0 where it is neither."""
    seconds = 0.0
    with suppress(ValueError, TypeError, OverflowError):
        seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
    with suppress(ValueError):
        seconds = float(header)
    return min(seconds, PATIENCE) if seconds > 0 else 0.0  # of NaN, too
