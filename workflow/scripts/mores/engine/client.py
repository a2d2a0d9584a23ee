"""The client: many requests in flight to one OpenAI-compatible server, each tried repeatedly."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mores.engine.models import Adapter
from mores.engine.protocol import NoCompletion, body_of, read_completion
from mores.engine.settings import Engine
from mores.engine.walltime import UNLIMITED, Walltime
from mores.errors import EngineError
from mores.method.requests import Completion, Request

NONE: Mapping[str, Adapter] = {}
TRANSIENT = {408, 409, 425, 429}  # and every 5xx


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
) -> None:
    """Send requests (by key) in their order, `settings.concurrency` in flight; `keep` each answer.

    `adapters` (by key) answer instead of the base model; the server loads them first.

    Raises EngineError when a request is refused, fails `settings.retries` + 1 times, or has no
    answer before the job's time `limit`, and ServerGone as soon as a failure finds `alive()` false.
    """
    asyncio.run(_Client(address, settings, alive, limit, adapters).answer_all(requests, keep))


class _Client:
    def __init__(
        self,
        address: Address,
        settings: Engine,
        alive: Callable[[], bool],
        limit: Walltime,
        adapters: Mapping[str, Adapter],
    ):
        self.address, self.settings, self.alive, self.limit = address, settings, alive, limit
        self.adapters = adapters

    async def answer_all(self, requests: dict[str, Request], keep) -> None:
        import aiohttp

        queue = iter(requests.items())

        async def work() -> None:
            while not self.limit.near() and (following := next(queue, None)):
                keep(await self.persist(self.answer, *following))

        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.settings.concurrency),
            timeout=aiohttp.ClientTimeout(total=self.settings.request_timeout),
            headers={"Authorization": f"Bearer {self.address.key}"} if self.address.key else {},
        )
        try:
            async with self.session:
                for adapter in set(self.adapters.values()):
                    await self.persist(self.load, adapter)
                async with (
                    asyncio.timeout(self.limit.left()) as timer,
                    asyncio.TaskGroup() as group,
                ):
                    for _ in range(min(self.settings.concurrency, len(requests))):
                        group.create_task(work())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        except TimeoutError:
            if not timer.expired():
                raise
        if timer.expired() or next(queue, None):
            self.limit.check("and answers are missing")

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
        status, text = await self.post(*body_of(request, served))
        if status != 200:
            raise EngineError(
                f"the server refused a request (HTTP {status}: {text[:500]}), beginning "
                f"{request.beginning}; {self.address.explain()}"
            )
        try:
            return read_completion(key, text)
        except NoCompletion as failure:
            raise Transient(str(failure)) from None

    async def load(self, adapter: Adapter) -> None:
        """Have the server load an adapter, unless it has."""
        body = {"lora_name": adapter.digest, "lora_path": adapter.folder}
        status, text = await self.post("load_lora_adapter", body)
        if status != 200 and "already" not in text:
            raise EngineError(
                f"the server did not load the adapter in {adapter.folder} (HTTP {status}: "
                f"{text[:500]}); a server takes adapters of the rank it was started for (engine: "
                f"max_lora_rank); {self.address.explain()}"
            )

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        """Status and text of an answer; Transient or ServerGone where another try may help."""
        import aiohttp

        try:
            async with self.session.post(f"{self.address.url}/{path}", json=body) as response:
                text = (await response.read()).decode("utf-8", "replace")
                status, asked = response.status, response.headers.get("Retry-After")
        except TimeoutError:
            limit = f"{self.settings.request_timeout:g} s (engine: request_timeout)"
            raise self.failure(f"no answer within {limit}") from None
        except (aiohttp.ClientError, OSError) as error:
            raise self.failure(f"{type(error).__name__}: {error}") from None
        if status in TRANSIENT or status >= 500:
            raise self.failure(f"HTTP {status}: {text[:200]}", seconds_asked(asked))
        return status, text

    def failure(self, said: str, wait: float = 0.0) -> Transient | ServerGone:
        """What a failed try comes to: the server is gone, or another try may help."""
        return Transient(said, wait) if self.alive() else ServerGone(said)


def seconds_asked(header: str | None) -> float:
    """Seconds of a Retry-After header, which gives a number or a date; 0 where it gives neither."""
    if header is None:
        return 0.0
    with suppress(ValueError):
        return max(0.0, float(header))
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    return 0.0
