"""What the files of a model tell: nothing is loaded, templates, tokens and sizes are read off."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from mores.engine.devices import lacking
from mores.engine.gpus import gpus, memory
from mores.engine.preflight import Finding, Needs
from mores.engine.settings import Resources
from mores.errors import InputError
from mores.method.control import cut_control
from mores.method.models import ModelSpec
from mores.rows import read_json

FACTOR = 1.3  # of its weights' size: what a model needs at least, with its cache


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
    sizes = gpu_memory() if count else []
    if count and not sizes:
        return Finding("memory", "unknown", f"{needed}; no GPU of this host tells its memory")
    if count:
        room, where = sum(sorted(sizes, reverse=True)[:count]), f"{count} GPU(s) have"
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


def check_devices(resources: Resources) -> Finding:
    """What a model is to be served on must be there: nothing falls to the CPU."""
    if fault := lacking(resources.gpus):
        return Finding("devices", "fault", f"resources: gpus: {fault}")
    return Finding("devices", "ok", f"{resources.gpus} GPU(s)" if resources.gpus else "the CPU")


def gpu_memory() -> list[int]:
    """The memory, in bytes, of each GPU that this process may use and that tells it."""
    found = gpus()
    told = memory() if found else {}
    return [told[one.uuid].total for one in found if one.uuid in told]


def check_code(model: ModelSpec) -> Iterator[Finding]:
    """Code of a model's authors runs with all rights of the user."""
    if model.trust_remote_code:
        told = f"Python that comes with {model.path} runs as you (trust_remote_code): read it first"
        yield Finding("remote code", "unknown", told)


def _json(path: Path) -> dict[str, Any]:
    try:
        return read_json(path) if path.exists() else {}
    except InputError:
        return {}


def _size(count: float) -> str:
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.0f} MiB"
