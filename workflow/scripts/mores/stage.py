"""What every stage that asks a model has in common: its arguments, its inputs, its questions."""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mores.cli import log_to
from mores.config import Engine, Model, Resources
from mores.engine import Adapter, Completion, ModelRef, Request, adapter_ref, generate, model_ref
from mores.errors import InputError
from mores.files import canonical, digest, try_to_write
from mores.items import Bank, Item, load_bank
from mores.prompts import Country, Prompts, load_countries
from mores.runtime import read_runtime


@dataclass(frozen=True)
class Wording:
    """One country, what is asked about it, and in which words."""

    bank: Bank
    prompts: Prompts
    country: Country

    def render(self, template: str, topic: str, **values) -> tuple[dict[str, str], ...]:
        """A prompt about a topic (its key) of this country."""
        title = self.bank.topics[topic]
        return self.prompts.render(template, country=self.country, topic=title, **values)

    def question(
        self, item: Item, norms: Sequence[str] = (), template: str = "answer", examples=()
    ) -> tuple[dict[str, str], ...]:
        """The prompt that puts an item, with norms or examples before it or with none."""
        return self.render(template, item.topic, item=item, norms=norms, examples=examples)

    def item(self, identifier: str) -> Item:
        """An item of the bank by its id."""
        return self.bank.items[identifier]


@dataclass(frozen=True)
class Stage(Wording):
    """A wording, and the model that is asked."""

    model: ModelRef
    engine: Engine
    journal: Path
    adapter: Adapter | None = None

    def ask(self, requests: list[Request], label: str) -> list[Completion]:
        """Completions in the order of the requests, from the journal or else from the engine."""
        return generate(requests, self.model, self.engine, self.journal, label)

    def request(self, messages: tuple[dict[str, str], ...], sampling: dict[str, Any]) -> Request:
        """A request to this stage's model and adapter."""
        return Request(messages, sampling, self.adapter)


def add_wording(parser: argparse.ArgumentParser) -> None:
    """The arguments of every stage that writes prompts."""
    parser.add_argument("--bank", required=True, help="item bank (YAML)")
    parser.add_argument("--names", required=True, help="names of countries (YAML)")
    parser.add_argument("--prompts", required=True, help="folder of prompt templates")
    parser.add_argument("--country", required=True, help="ISO code")
    parser.add_argument("--spec", type=json.loads, required=True, help="settings (JSON)")
    parser.add_argument("--output", required=True, help="rows to write (JSONL)")
    parser.add_argument("--log", help="file that keeps the log")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every stage that asks a model."""
    add_wording(parser)
    parser.add_argument("--model", required=True, help="the model's name in the configuration")
    parser.add_argument("--adapter", help="folder of the adapter that answers")
    parser.add_argument("--runtime", required=True, help="engine settings (JSON)")
    parser.add_argument("--journal", type=Path, required=True, help="answers had so far (JSONL)")


def open_wording(args: argparse.Namespace) -> Wording:
    """Load what the arguments of `add_wording` name."""
    log_to(args.log)
    return Wording(**_words(args))


def open_stage(args: argparse.Namespace) -> Stage:
    """Load what the arguments of `add_arguments` name."""
    log_to(args.log)
    try_to_write(Path(args.output).parent)  # before anything is asked
    runtime = read_runtime(args.runtime)
    resources = runtime.resources.get(args.model, Resources())
    settings = Model.model_validate(args.spec["model"] | {"resources": resources})
    return Stage(
        **_words(args),
        model=model_ref(args.model, settings),
        engine=runtime.engine,
        journal=args.journal,
        adapter=adapter_ref(args.adapter) if args.adapter else None,
    )


def _words(args: argparse.Namespace) -> dict[str, Any]:
    countries = load_countries(args.names)
    if args.country not in countries:
        raise InputError(f"{args.names}: no country {args.country}; add its name and adjective")
    return {
        "bank": load_bank(args.bank),
        "prompts": Prompts(args.prompts),
        "country": countries[args.country],
    }


def sampling(settings: dict[str, Any], *identity: Any) -> dict[str, Any]:
    """Sampling of one request: its seed is drawn from the settings' seed and what it asks for."""
    drawn = hashlib.sha256(canonical([settings["seed"], *identity]).encode()).digest()
    return settings | {"seed": int.from_bytes(drawn[:4], "big") >> 1}


def provenance(request: Request, completion: Completion, model: ModelRef) -> dict[str, Any]:
    """What made a generated row, and the raw text that came."""
    return {
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
        "prompt": digest(list(request.messages)),
        "model": model.digest,
        "adapter": request.adapter.digest if request.adapter else None,
        "sampling": dict(request.sampling),
        "request": completion.key,
    }
