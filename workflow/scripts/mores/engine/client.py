"""The client: many requests in flight to one OpenAI-compatible server, each tried repeatedly."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mores.engine.exchange import Exchange, NoReply, Reply
from mores.engine.models import Adapter
from mores.engine.protocol import NoCompletion, body_of, read_completion
from mores.engine.settings import Engine
from mores.engine.walltime import UNLIMITED, Walltime
from mores.errors import EngineError
from mores.method.requests import Completion, Request
from mores.process import deferred

log = logging.getLogger("mores.engine")

NONE: Mapping[str, Adapter] = {}
Read = Callable[[str, str], Completion]
TRANSIENT = {408, 409, 425, 429}  # and every 5xx
WATCH_SECONDS = 1.0  # between two looks at who else asks a server, and whether it is there
LONG = 10.0  # seconds of waiting that are told, and between two such lines


@dataclass(frozen=True)
class Address:
    """Where a model answers. `log` is the file a failure is explained in, if there is one."""

    url: str
    served_model: str
    key: str | None
    log: str | None

    def explain(self) -> str:
        """Where to look when the server is to blame."""
        return f"the server's log is {self.log}" if self.log else f"the server is {self.url}"


class ServerGone(Exception):
    """The server does not answer any more and is not coming back by itself."""


class Transient(Exception):
    """A failure that may pass: `wait` is what the server asked for, in seconds."""

    def __init__(self, said: str, wait: float = 0.0):
        super().__init__(said)
        self.wait = wait


def ask(
    requests: dict[str, Request],
    address: Address,
    settings: Engine,
    alive: Callable[[], bool],
    keep: Callable[[Completion], None],
    limit: Walltime = UNLIMITED,
    adapters: Mapping[str, Adapter] = NONE,
    jobs: Callable[[], int] = lambda: 1,
    read: Read = read_completion,
) -> None:
    """Send requests (by key) in their order and `keep` each answer.

    `settings.concurrency` are in flight, of all the `jobs()` that ask this server together.
    `adapters` (by key) answer instead of the base model; the server loads them first. `read` makes
    an answer of a key and the text of its reply.

    A server of ours has all the time it takes, since its supervisor watches its health; one of the
    user's is given up when nothing came from it for `settings.request_timeout` seconds, and is
    asked for streams, so that what it has said of a long reply counts.

    Raises EngineError when a request is refused, fails `settings.retries` + 1 times, or has no
    answer before the job's time `limit`, and ServerGone as soon as a failure finds `alive()` false.
    A signal cancels what is in flight: raised wherever it strikes, an exception could lose the end
    of a task that others then await for ever.
    """
    client = _Client(address, settings, alive, limit, adapters, jobs, read)
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        asking = loop.create_task(client.answer_all(requests, keep))
        with deferred(lambda: loop.call_soon_threadsafe(asking.cancel)):
            loop.run_until_complete(asking)


class _Client:
    def __init__(
        self,
        address: Address,
        settings: Engine,
        alive: Callable[[], bool],
        limit: Walltime,
        adapters: Mapping[str, Adapter],
        jobs: Callable[[], int],
        read: Read = read_completion,
    ):
        self.address, self.settings, self.alive, self.limit = address, settings, alive, limit
        self.adapters, self.jobs, self.read = adapters, jobs, read
        self.ours = settings.launcher != "endpoint"
        patience = None if self.ours else settings.request_timeout
        self.streams = not self.ours
        self.exchange = Exchange(address.url, address.key, patience, settings.concurrency)
        self.share = settings.concurrency
        self.told = 0.0

    async def answer_all(self, requests: dict[str, Request], keep) -> None:
        queue, drained = iter(requests.items()), asyncio.Event()

        async def work(number: int) -> None:
            while not drained.is_set():
                if number and number >= self.share:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(drained.wait(), WATCH_SECONDS)
                elif not self.limit.near() and (following := next(queue, None)):
                    keep(await self.persist(self.answer, *following))
                else:
                    drained.set()

        try:
            async with (
                self.exchange,
                asyncio.timeout(self.limit.left()) as timer,
                asyncio.TaskGroup() as group,
            ):
                await self.divide()
                watching = group.create_task(self.watch())
                for adapter in set(self.adapters.values()):
                    await self.persist(self.load, adapter)
                at_once = range(min(self.settings.concurrency, len(requests)))
                await asyncio.gather(*[group.create_task(work(number)) for number in at_once])
                watching.cancel()
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        except TimeoutError:
            if not timer.expired():
                raise
        if timer.expired() or next(queue, None):
            self.limit.check("and answers are missing")

    async def watch(self) -> None:
        """Share the server with the jobs that came or went; raise ServerGone once it is gone."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self.ours and not await asyncio.to_thread(self.alive):
                raise ServerGone("nobody keeps it any more")
            await self.divide()

    async def divide(self) -> None:
        """Take this job's share of what the server has in flight."""
        jobs = await asyncio.to_thread(self.jobs)
        self.share = self.settings.concurrency // max(1, jobs)

    async def persist(self, act, *given) -> Any:
        """Await `act(*given)` until it succeeds, with back-off after failures that may pass."""
        import tenacity

        def asked_wait(state: tenacity.RetryCallState) -> float:
            failure = state.outcome and state.outcome.exception()
            return failure.wait if isinstance(failure, Transient) else 0.0

        back_off = tenacity.wait_exponential_jitter(multiplier=0.5, max=30)
        tries = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(Transient),
            wait=lambda state: max(back_off(state), asked_wait(state)),
            stop=tenacity.stop_after_attempt(self.settings.retries + 1),
            before_sleep=self.tell,
            reraise=True,
        )
        try:
            return await tries(act, *given)
        except Transient as failure:
            raise EngineError(
                f"a request failed {self.settings.retries + 1} times, at last: {failure}; "
                f"{self.address.explain()}; what came so far is kept: run again"
            ) from None

    async def answer(self, key: str, request: Request) -> Completion:
        """Ask for one completion."""
        adapter = self.adapters.get(key)
        served = adapter.digest if adapter else self.address.served_model
        reply = await self.complete(*body_of(request, served))
        if reply.status != 200:
            raise EngineError(
                f"the server refused a request (HTTP {reply.status}: {self.said(reply)}), "
                f"beginning {request.beginning}; {self.address.explain()}"
            )
        try:
            completion = self.read(key, reply.text)
        except NoCompletion as failure:
            raise Transient(self.exchange.shown(str(failure))) from None
        if self.address.key and self.address.key in completion.text + completion.finish_reason:
            raise Transient("an answer that repeats the API key, which is not kept")
        return completion

    async def complete(self, path: str, body: dict[str, Any]) -> Reply:
        """The reply to what asks for a completion; streamed, unless the server cannot."""
        if self.streams:
            reply = await self.post(path, body, streamed=True)
            if not reply.unstreamed:
                return reply
            if self.streams:
                self.streams = False
                log.info("%s streams no replies with their tokens' count", self.address.url)
        return await self.post(path, body)

    async def load(self, adapter: Adapter) -> None:
        """Have the server load an adapter, unless it has."""
        body = {"lora_name": adapter.digest, "lora_path": adapter.folder}
        reply = await self.post("load_lora_adapter", body)
        if reply.status != 200 and "already" not in reply.text:
            raise EngineError(
                f"the server did not load the adapter in {adapter.folder} (HTTP {reply.status}: "
                f"{self.said(reply)}); a server takes adapters of the rank it was started for "
                f"(engine: max_lora_rank); {self.address.explain()}"
            )

    async def post(self, path: str, body: dict[str, Any], streamed: bool = False) -> Reply:
        """A reply; Transient or ServerGone where another try may help."""
        try:
            reply = await self.exchange.post(path, body, streamed)
        except NoReply as failure:
            raise self.failure(str(failure)) from None
        if reply.status in TRANSIENT or reply.status >= 500:
            raise self.failure(
                f"HTTP {reply.status}: {self.exchange.shown(reply.text)}", reply.wait
            )
        return reply

    def said(self, reply: Reply) -> str:
        """What a refusal says, fit to be shown."""
        return self.exchange.shown(reply.text, 500)

    def tell(self, state: Any) -> None:
        """Say why a long wait comes, once for all requests that wait."""
        wait, now = state.next_action.sleep, time.monotonic()
        if wait >= LONG and now >= self.told:
            self.told = now + LONG
            log.warning("%s; asking again in %.0f s", state.outcome.exception(), wait)

    def failure(self, said: str, wait: float = 0.0) -> Transient | ServerGone:
        """What a failed try comes to: the server is gone, or another try may help."""
        return Transient(said, wait) if self.alive() else ServerGone(said)
