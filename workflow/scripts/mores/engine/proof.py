"""Proof that a server answers with an adapter: servers are known to ignore one in silence.

The adapter's `probes.json` holds texts and PEFT's log-probabilities of their tokens, with the
adapter and without; the server is asked for its own. Greedy replies would not do: in half precision
rounding alone makes them part. It is the server's *change* by the adapter that must be PEFT's, in
sign and size, token by token: their slope is about 1 if the adapter is live, about 0 if it is dead,
and what the slope does not explain is as small as rounding, unless another adapter answers.
"""

import logging
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mores.engine.client import Address, ask
from mores.engine.models import Adapter
from mores.engine.protocol import read_completion, read_trace
from mores.engine.settings import Engine
from mores.errors import EngineError
from mores.method.requests import Completion, Request
from mores.rows import read_json

log = logging.getLogger("mores.engine")

SLOPE = 0.25  # by which a live adapter's slope may be off 1
CLEAR = 4.0  # noises that a change must have to tell anything: PEFT's own lower the slope
ERROR, ROUNDING = 0.15, 2.5  # shares of change and noise that a live adapter's error may have
FAR = 1.0  # nats by which no rounding puts a server off the model that was trained
SAMPLING = {"temperature": 0.0, "max_tokens": 1, "prompt_logprobs": 0}


@dataclass(frozen=True)
class Reading:
    """What a server says of an adapter; all but the slope in nats, as root mean squares of tokens.

    `change` is the adapter's by PEFT, `slope` that of the server's change on it, `error` how far
    the two are apart, `noise` how far the server is off PEFT without the adapter.
    """

    change: float
    slope: float
    error: float
    noise: float

    @property
    def sure(self) -> bool:
        """Whether the change stands out of the rounding."""
        return self.change >= CLEAR * self.noise

    @property
    def live(self) -> bool:
        """Whether it is surely the adapter's change that the server makes."""
        near = self.error <= ERROR * self.change + ROUNDING * self.noise
        return self.sure and self.noise <= FAR and abs(self.slope - 1) <= SLOPE and near


def prove_live(
    adapter: Adapter, address: Address, engine: Engine, alive: Callable[[], bool]
) -> None:
    """Raise EngineError unless the adapter changes what the server says as it changes PEFT's."""
    found = read_probes(adapter, read_json(f"{adapter.folder}/probes.json"), address, engine, alive)
    said = (
        f"PEFT's log-probabilities change by {found.change:.3g} nats, the server's by "
        f"{found.slope:.0%} of that with an error of {found.error:.3g}; without the adapter they "
        f"are {found.noise:.3g} apart"
    )
    if found.live:
        log.info("adapter %s is live: %s", adapter.folder, said)
    elif found.noise > FAR:
        raise EngineError(
            f"the adapter in {adapter.folder} was trained on another model than the server has: "
            f"{said}; {address.explain()}"
        )
    elif not found.sure:
        raise EngineError(
            f"the adapter in {adapter.folder} changes too little to tell whether it is live on the "
            f"server: {said}; train it for longer, or in float32; {address.explain()}"
        )
    else:
        raise EngineError(
            f"the adapter in {adapter.folder} is dead on the server, or another one answers: "
            f"{said}; {address.explain()}"
        )


def read_probes(
    adapter: Adapter,
    probes: list[dict],
    address: Address,
    engine: Engine,
    alive: Callable[[], bool],
) -> Reading:
    """Ask the server for each probe with the adapter and without, and hold it against PEFT."""
    requests, adapters = {}, {}
    for number, probe in enumerate(probes):
        message = {"role": "user", "content": probe["text"]}
        request = Request((message,), SAMPLING, prompt=probe["text"])
        requests[f"adapted {number}"] = requests[f"base {number}"] = request
        adapters[f"adapted {number}"] = adapter
    traces: dict[str, list[tuple[int, float]]] = {}

    def read(key: str, text: str) -> Completion:
        traces[key] = read_trace(text)
        return read_completion(key, text)

    ask(requests, address, engine, alive, lambda _: None, adapters=adapters, read=read)
    served = {
        way: [_known(probe, traces[f"{way} {n}"], address) for n, probe in enumerate(probes)]
        for way in ("base", "adapted")
    }
    return compare(probes, served["base"], served["adapted"])


def _known(probe: dict[str, Any], trace: list[tuple[int, float]], address: Address) -> list[float]:
    """The log-probabilities of a probe's tokens, which must be the server's too."""
    if [token for token, _ in trace] != probe["tokens"]:
        raise EngineError(
            "the server has another tokenizer than training had: it parts otherwise what an "
            f"adapter is proved by, {probe['text']!r}; {address.explain()}"
        )
    return [likely for _, likely in trace]


def compare(probes: list[dict], base: list[list[float]], adapted: list[list[float]]) -> Reading:
    """What a server's log-probabilities say, by probe and token, beside PEFT's."""
    change, served, noise = [], [], []
    for probe, *own in zip(probes, base, adapted, strict=True):
        for before, after, own_before, own_after in zip(
            probe["base"], probe["adapted"], *own, strict=True
        ):
            change.append(after - before)
            served.append(own_after - own_before)
            noise.append(own_before - before)
    square = sum(one * one for one in change)
    slope = sum(map(operator.mul, change, served)) / square if square else 0.0
    error = _rms(list(map(operator.sub, served, change)))
    return Reading(_rms(change), slope, error, _rms(noise))


def _rms(values: list[float]) -> float:
    """Root mean square."""
    return math.sqrt(sum(one * one for one in values) / len(values))
