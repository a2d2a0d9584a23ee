"""A server of the user's, asked some things before a run."""

import asyncio
import os
import re
import uuid
from collections.abc import Iterator
from typing import Any

from mores.engine.exchange import Exchange, NoReply, Reply
from mores.engine.preflight import Finding, Needs
from mores.engine.protocol import NoCompletion, body_of, read_completion
from mores.engine.settings import Endpoint
from mores.method.requests import Completion, Request

QUESTION = "Which number is larger, 3 or 5? Reply with the number alone."
SECONDS = 60  # for a server's answer
# What ends a turn in the templates of common families; none of it belongs in a reply's text.
ENDS = re.compile(
    r"<\|(?:im_end|eot_id|end|endoftext|end_of_text|end_of_turn)\|>|<end_of_turn>|</s>|"
    r"<｜end▁of▁sentence｜>"
)


def check_endpoint(endpoint: Endpoint, needs: Needs) -> Iterator[Finding]:
    """A server of the user's, asked some things: it answers, repeats, ends, has what is needed."""
    server = _Server(endpoint)
    try:
        first = server.answer(_request(QUESTION))
    except _Refused as refused:
        yield Finding("answers", "fault", f"{endpoint.url}: {refused}")
        return
    yield Finding(
        "answers",
        "ok",
        f"{endpoint.url} as {endpoint.served_model}: {server.exchange.shown(first.text, 40)!r}",
    )
    yield _repeats(server)
    yield _clean(first)
    if needs.continued:
        yield _continues(server)
    if needs.adapters:
        yield check_adapters(endpoint)


def check_key(endpoint: Endpoint) -> Iterator[Finding]:
    """An API key should not go over a network for all to read."""
    if endpoint.key_in_the_open:
        told = f"the key in {endpoint.key_variable} goes to {endpoint.url} unencrypted: use https"
        yield Finding("key", "unknown", told)


class _Refused(Exception):
    """A server that does not do what is asked; the message says what it said."""


class _Server:
    def __init__(self, endpoint: Endpoint):
        self.endpoint = endpoint
        key = os.environ.get(endpoint.key_variable, "") if endpoint.key_variable else None
        self.exchange = Exchange(endpoint.url, key, SECONDS)

    def answer(self, request: Request) -> Completion:
        """One completion, or _Refused."""
        reply = self.post(*body_of(request, self.endpoint.served_model))
        if reply.status != 200:
            raise _Refused(f"HTTP {reply.status}: {self.exchange.shown(reply.text)}")
        try:
            return read_completion("", reply.text)
        except NoCompletion as error:
            raise _Refused(self.exchange.shown(str(error))) from None

    def post(self, path: str, body: dict[str, Any]) -> Reply:
        """What it replies; _Refused where there is no server."""

        async def once() -> Reply:
            async with self.exchange as exchange:
                return await exchange.post(path, body)

        try:
            return asyncio.run(once())
        except NoReply as error:
            raise _Refused(f"nobody answers ({error}); start the server, or mend `url`") from None


def _request(text: str, prompt: str | None = None, **sampling: Any) -> Request:
    given = {"temperature": 1.0, "top_p": 1.0, "max_tokens": 64, "seed": 1} | sampling
    return Request(({"role": "user", "content": text},), given, prompt)


def _repeats(server: _Server) -> Finding:
    """The same request with the same seed must get the same answer."""
    asked = _request("Name ten words, in any order.")
    try:
        texts = {server.answer(asked).text for _ in range(2)}
        other = server.answer(_request("Name ten words, in any order.", seed=2)).text
    except _Refused as refused:
        return Finding("seeds", "fault", str(refused))
    if len(texts) > 1:
        told = "a seeded request is answered otherwise the next time: runs do not repeat exactly"
        return Finding("seeds", "unknown", told)
    if other in texts:
        told = "two seeds get the same answer: samples may not differ (a fixed seed, or a cache?)"
        return Finding("seeds", "unknown", told)
    return Finding("seeds", "ok", "a seeded request repeats, another seed answers otherwise")


def _clean(answer: Completion) -> Finding:
    """A reply holds neither its prompt nor the token that ends it."""
    if leak := ENDS.search(answer.text):
        told = f"its text holds {leak[0]}: the server leaks end tokens; see docs/engine.md"
        return Finding("reply", "fault", told)
    if QUESTION in answer.text:
        return Finding(
            "reply", "fault", "it repeats the prompt before its answer; see docs/engine.md"
        )
    if not answer.text.strip():
        return Finding("reply", "fault", "it is empty")
    return Finding("reply", "ok", "neither prompt nor end token in it")


def _continues(server: _Server) -> Finding:
    try:
        server.answer(_request("", prompt=QUESTION))
    except _Refused as refused:
        told = f"`thinking` other than full needs /v1/completions: {refused}"
        return Finding("completions", "fault", told)
    return Finding("completions", "ok", "/v1/completions answers")


def check_adapters(endpoint: Endpoint) -> Finding:
    """A server that takes adapters says of a folder that is not there that it is not there."""
    server = _Server(endpoint)
    nowhere = f"/no-such-adapter-{uuid.uuid4()}"
    try:
        reply = server.post(
            "load_lora_adapter", {"lora_name": "mores-preflight", "lora_path": nowhere}
        )
    except _Refused as refused:
        return Finding("adapters", "fault", str(refused))
    if nowhere in reply.text:
        return Finding("adapters", "ok", "/v1/load_lora_adapter looks for what it is told to load")
    return Finding(
        "adapters",
        "fault",
        f"it loads none at run time (HTTP {reply.status}: "
        f"{server.exchange.shown(reply.text, 120)}): start vLLM with --enable-lora "
        "and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 (docs/engine.md), or drop what has a `tuning`",
    )
