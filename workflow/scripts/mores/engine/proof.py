"""Proof that a server answers with an adapter: servers are known to ignore one in silence."""

import logging
from collections.abc import Callable

from mores.engine.client import Address, ask
from mores.engine.models import Adapter
from mores.engine.settings import Engine
from mores.errors import EngineError
from mores.method.requests import Completion, Request
from mores.rows import read_json

log = logging.getLogger("mores.engine")

AGREEING = 0.75  # share of probes that must begin as PEFT's reply does; rounding may change a few
TOKENS = 32


def prove_live(
    adapter: Adapter, address: Address, engine: Engine, alive: Callable[[], bool]
) -> None:
    """Raise EngineError unless the server's greedy replies differ from the base's as PEFT's do.

    The adapter's `probes.json` holds prompts on which PEFT's greedy reply parts from the base's,
    and how it begins.
    """
    probes = read_json(f"{adapter.folder}/probes.json")
    sampling = {"temperature": 0.0, "max_tokens": TOKENS}
    requests, adapters = {}, {}
    for number, probe in enumerate(probes):
        request = Request(({"role": "user", "content": probe["prompt"]},), sampling)
        requests[f"adapted {number}"] = requests[f"base {number}"] = request
        adapters[f"adapted {number}"] = adapter
    texts: dict[str, str] = {}

    def keep(completion: Completion) -> None:
        texts[completion.key] = completion.text

    ask(requests, address, engine, alive, keep, adapters=adapters)
    numbers = range(len(probes))
    differing = [n for n in numbers if texts[f"adapted {n}"] != texts[f"base {n}"]]
    agreeing = [
        n
        for n in differing
        if texts[f"adapted {n}"].removeprefix("<think>\n").startswith(probes[n]["expected"])
    ]
    if len(agreeing) < AGREEING * len(probes):
        raise EngineError(
            f"the adapter in {adapter.folder} is dead on the server: of {len(probes)} greedy "
            f"probes {len(differing)} differ from the base model and {len(agreeing)} begin as "
            f"PEFT's; {address.explain()}"
        )
    log.info("adapter %s is live: %d of %d probes", adapter.folder, len(agreeing), len(probes))
