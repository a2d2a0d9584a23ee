"""Proof that a server answers with an adapter: servers are known to ignore one in silence."""

import logging

from mores.config import Engine
from mores.engine.client import Address, ask
from mores.engine.requests import Adapter, Completion, Request
from mores.errors import EngineError
from mores.files import read_json

log = logging.getLogger("mores.engine")

AGREEING = 0.75  # share of probes that must begin as PEFT's reply does; rounding may change a few
TOKENS = 32


def prove_live(adapter: Adapter, address: Address, engine: Engine, alive) -> None:
    """Raise EngineError unless the server's greedy replies differ from the base's as PEFT's do.

    The adapter's `probes.json` holds prompts on which PEFT's greedy reply parts from the base's,
    and how it begins.
    """
    probes = read_json(f"{adapter.folder}/probes.json")
    sampling = {"temperature": 0.0, "max_tokens": TOKENS}
    requests = {}
    for number, probe in enumerate(probes):
        messages = ({"role": "user", "content": probe["prompt"]},)
        requests[f"adapted {number}"] = Request(messages, sampling, adapter)
        requests[f"base {number}"] = Request(messages, sampling)
    told: dict[str, Completion] = {}
    ask(requests, address, engine, alive, lambda answer: told.update({answer.key: answer}))
    differing = [
        n for n in range(len(probes)) if told[f"adapted {n}"].text != told[f"base {n}"].text
    ]
    agreeing = [
        n
        for n in differing
        if told[f"adapted {n}"].text.removeprefix("<think>\n").startswith(probes[n]["expected"])
    ]
    if len(agreeing) < AGREEING * len(probes):
        raise EngineError(
            f"the adapter in {adapter.folder} is dead on the server: of {len(probes)} greedy "
            f"probes {len(differing)} differ from the base model and {len(agreeing)} begin as "
            f"PEFT's; {address.explain()}"
        )
    log.info("adapter %s is live: %d of %d probes", adapter.folder, len(agreeing), len(probes))
