"""The client: many requests in flight to one OpenAI-compatible server, each tried repeatedly."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mores.config import Engine
from mores.engine.requests import Adapter, Completion, Request
from mores.engine.walltime import UNLIMITED, Walltime
from mores.errors import EngineError

TRANSIENT = {408, 409, 425, 429}  # and every 5xx
UNFINISHED = {None, "abort", "error"}  # finish reasons of an answer that the server gave up


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
) -> None:
    """Send requests (by key) in their order, `settings.concurrency` in flight; `keep` each answer.

    Raises EngineError when a request is refused, fails `settings.retries` + 1 times, or has no
    answer before the job's time `limit`, and ServerGone as soon as a failure finds `alive()` false.
    """
    asyncio.run(_Client(address, settings, alive, limit).answer_all(requests, keep))


class _Client:
    def __init__(self, address: Address, settings: Engine, alive: Callable, limit: Walltime):
        self.address, self.settings, self.alive, self.limit = address, settings, alive, limit

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
                for adapter in {request.adapter for request in requests.values()} - {None}:
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

        back_off = tenacity.wait_exponential_jitter(multiplier=0.5, max=30)
        tries = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(Transient),
            wait=lambda state: max(back_off(state), state.outcome.exception().wait),
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
        model = request.adapter.digest if request.adapter else self.address.served_model
        if request.prompt is None:
            path, asked = "chat/completions", {"messages": list(request.messages)}
        else:  # the prompt holds what the tokenizer would add
            path, asked = "completions", {"prompt": request.prompt, "add_special_tokens": False}
        status, text = await self.post(path, {"model": model, **asked, **request.sampling})
        if status != 200:
            raise EngineError(
                f"the server refused a request (HTTP {status}: {text[:500]}), beginning "
                f"{request.beginning}; {self.address.explain()}"
            )
        return read_completion(key, text)

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
    with suppress(ValueError, TypeError):
        return max(0.0, float(header))
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    return 0.0


def read_completion(key: str, text: str) -> Completion:
    """Read the JSON of a completion, chat or not; Transient where it is none or was given up.

    A server that parts thinking from answer (DeepSeek's API, a reasoning parser) gets them put
    together again, as the model wrote them.
    """
    try:
        answer = json.loads(text)
        choice, usage = answer["choices"][0], answer.get("usage") or {}
        message, reason = (
            choice.get("message") or {"content": choice["text"]},
            choice["finish_reason"],
        )
        content = message.get("content") or ""
        thinking = message.get("reasoning_content") or message.get("reasoning") or ""
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Transient(f"no chat completion ({error!r}): {text[:200]}") from None
    if reason in UNFINISHED:
        raise Transient(f"the server gave an answer up (finish reason {reason})")
    if thinking:
        content = f"<think>\n{thinking}" + (f"\n</think>\n{content}" if content else "")
    return Completion(
        key=key,
        text=content.encode(errors="replace").decode(),  # half a surrogate pair fits no file
        finish_reason=reason,
        prompt_tokens=usage.get("prompt_tokens", 0),
        completion_tokens=usage.get("completion_tokens", 0),
    )
