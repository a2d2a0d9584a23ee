"""What would stop a run hours from now, looked for before it: in a model's files, at a server.

Nothing is loaded: templates, tokens and sizes are read off the files that say them.
"""

import asyncio
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from mores.engine.devices import gpu_memory
from mores.engine.exchange import Exchange, NoReply, Reply
from mores.engine.protocol import NoCompletion, body_of, read_completion
from mores.engine.settings import Endpoint, Resources
from mores.errors import InputError
from mores.method.control import cut_control
from mores.method.models import ModelSpec
from mores.method.requests import Completion, Request
from mores.rows import read_json

State = Literal["ok", "fault", "unknown"]
QUESTION = "Which number is larger, 3 or 5? Reply with the number alone."
SECONDS = 60  # for a server's answer
FACTOR = 1.3  # of its weights' size: what a model needs at least, with its cache
# What ends a turn in the templates of common families; none of it belongs in a reply's text.
ENDS = re.compile(
    r"<\|(?:im_end|eot_id|end|endoftext|end_of_text|end_of_turn)\|>|<end_of_turn>|</s>|"
    r"<｜end▁of▁sentence｜>"
)


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


def check_folder(folder: Path, needs: Needs, max_model_len: int | None) -> Iterator[Finding]:
    """A model's folder: template, end tokens, context."""
    try:
        config, template = read_json(folder / "config.json"), template_of(folder)
    except InputError as error:
        yield Finding("files", "fault", str(error))
        return
    if not template:
        told = "none in tokenizer_config.json, nor a chat_template.jinja: add the model's own"
        yield Finding("chat template", "fault", told)
        return
    yield Finding("chat template", "ok", f"{len(template):,} characters")
    yield check_ends(folder, template)
    yield from check_control(folder)
    yield check_context(folder, config, needs, max_model_len)


def template_of(folder: Path) -> str:
    """The chat template of a model's folder; nothing where it has none."""
    file = folder / "chat_template.jinja"
    if file.exists():
        return file.read_text(encoding="utf-8")
    told = _json(folder / "tokenizer_config.json").get("chat_template") or ""
    if isinstance(told, list):  # several, by name
        told = {one["name"]: one["template"] for one in told}.get("default", "")
    return str(told)


def check_ends(folder: Path, template: str) -> Finding:
    """Generation must stop at a token that the template writes after a reply."""
    added = _json(folder / "tokenizer.json").get("added_tokens", [])
    tokens = {one["id"]: one["content"] for one in added}
    named = _json(folder / "tokenizer_config.json").get("eos_token")
    eos = named.get("content") if isinstance(named, dict) else named
    ids = _json(folder / "generation_config.json").get("eos_token_id")
    ids = [ids] if isinstance(ids, int) else ids or []
    stops = list(dict.fromkeys([*(tokens.get(one) for one in ids), eos]))
    written = [one for one in stops if one and one in template]
    if eos and "eos_token" in template:
        written.append(eos)
    if written:
        own = f"; the tokenizer's own is {eos}" if eos not in written else ""
        told = f"the template ends a reply with {written[0]}, and there generation stops{own}"
        return Finding("end tokens", "ok", told)
    if set(ids) - set(tokens):
        told = f"its files do not name the tokens {ids}, at which generation stops"
        return Finding("end tokens", "unknown", told)
    return Finding(
        "end tokens",
        "fault",
        f"generation stops at {', '.join(filter(None, stops)) or 'no token'}, which the chat "
        "template never writes: replies run on to their limit; mend eos_token_id in "
        "generation_config.json",
    )


def check_control(folder: Path) -> Iterator[Finding]:
    """What its tokenizer takes for a sign should be known, to be cut from norms and wording."""
    added = _json(folder / "tokenizer.json").get("added_tokens", [])
    signs = [one["content"] for one in added if one["special"]]
    odd = [one for one in signs if cut_control(one) != ("", 1)]
    if odd:
        told = f"{', '.join(odd[:5])}: not cut where a norm or wording holds one"
        yield Finding("control tokens", "unknown", told)


def check_context(
    folder: Path, config: dict[str, Any], needs: Needs, max_model_len: int | None
) -> Finding:
    """The longest prompt and its reply must fit the context."""
    own = config.get("max_position_embeddings") or config.get("text_config", {}).get(
        "max_position_embeddings"
    )
    context, tokens = max_model_len or own, count_tokens(folder, needs.longest)
    wanted = f"{tokens:,} tokens of the longest prompt and {needs.max_tokens:,} of a reply"
    if context is None:
        return Finding("context", "unknown", f"{wanted}; its config.json tells no context")
    if own and max_model_len and max_model_len > own and not _is_stretched(config):
        told = f"max_model_len is {max_model_len:,}, the model was made for {own:,}: lower it"
        return Finding("context", "fault", told)
    if tokens + needs.max_tokens > context:
        return Finding(
            "context",
            "fault",
            f"{wanted} do not fit {context:,}: raise `max_model_len`, if the model can, or lower "
            "`max_tokens` or `norms_per_topic`",
        )
    return Finding("context", "ok", f"{wanted} fit {context:,}")


def _is_stretched(config: dict[str, Any]) -> bool:
    """Whether its positions are scaled (YaRN and the like) beyond what it was trained on."""
    scaled = [config.get(key) for key in ("rope_scaling", "rope_parameters")]
    return any(isinstance(one, dict) and "factor" in one for one in scaled)


def count_tokens(folder: Path, text: str) -> int:
    """Tokens of a text, without the few that a chat template adds; guessed without a tokenizer."""
    if not _json(folder / "tokenizer.json"):
        return len(text) // 3
    from tokenizers import Tokenizer

    return len(Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids)


def check_memory(folder: Path, resources: Resources, launcher: str) -> Finding:
    """Weights as they lie on disk against the memory of what serves them."""
    files = [path for kind in ("*.safetensors", "*.bin") for path in folder.glob(kind)]
    size = FACTOR * sum(path.stat().st_size for path in files)
    count, needed = resources.gpus, f"about {_size(size)} are needed"
    if count and launcher == "slurm":
        told = f"{needed}, over {count} GPU(s); what the cluster's have is not known here"
        return Finding("memory", "unknown", told)
    devices = gpu_memory() if count else []
    if count and not devices:
        return Finding("memory", "unknown", f"{needed}; no GPU of this host tells its memory")
    if count:
        room, where = sum(sorted(devices, reverse=True)[:count]), f"{count} GPU(s) have"
        mend = "give it more GPUs (resources: gpus)"
    elif launcher == "slurm":
        room, where = resources.mem_mb << 20, "its job has"
        mend = "raise it (resources: mem_mb)"
    else:
        room, where = psutil.virtual_memory().total, "this host has"
        mend = "serve it elsewhere (docs/engine.md)"
    told = f"{needed}, {where} {_size(room)}"
    return (
        Finding("memory", "fault", f"{told}: {mend}")
        if size > room
        else Finding("memory", "ok", told)
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


def check_code(model: ModelSpec) -> Iterator[Finding]:
    """Code of a model's authors runs with all rights of the user."""
    if model.trust_remote_code:
        told = f"Python that comes with {model.path} runs as you (trust_remote_code): read it first"
        yield Finding("remote code", "unknown", told)


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


def _json(path: Path) -> dict[str, Any]:
    try:
        return read_json(path) if path.exists() else {}
    except InputError:
        return {}


def _size(count: float) -> str:
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.0f} MiB"
