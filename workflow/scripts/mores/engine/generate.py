"""Generation: completions from the journal where they are had, from the engine where not."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from mores.config import Engine
from mores.engine.client import ServerGone, ask
from mores.engine.journal import Journal
from mores.engine.lease import lease
from mores.engine.progress import progress
from mores.engine.proof import prove_live
from mores.engine.requests import Completion, ModelRef, Request
from mores.engine.walltime import walltime
from mores.errors import EngineError

log = logging.getLogger("mores.engine")

RESTARTS = 3


def generate(
    requests: Sequence[Request], model: ModelRef, engine: Engine, journal: Path, label: str
) -> list[Completion]:
    """Completions in the order of the requests; equal requests are asked once.

    Every completion is journalled as it comes: after a kill, only what is missing is asked.
    An adapter is proved live before it answers. Raises InputError when another process writes the
    journal, EngineError when the server does not start, keeps dying, refuses a request or keeps
    failing it, or ignores the adapter; the error names the server's log.
    """
    keys = [request.key(model) for request in requests]
    wanted = dict(zip(keys, requests, strict=True))
    with Journal(journal) as book:
        had = book.find(wanted)
        missing = {key: request for key, request in wanted.items() if key not in had}
        log.info("%s: %d of %d requests journalled", label, len(had), len(wanted))
        with progress(label, len(wanted), len(had)) as bar:

            def keep(completion: Completion) -> None:
                book.add(completion)
                had[completion.key] = completion
                bar.update()

            # Waiting for a server tells nothing of how fast it is: the clock starts with it.
            _ask_missing(missing, had, model, engine, keep, bar.unpause)
    return [had[key] for key in keys]


def _ask_missing(
    missing: dict[str, Request],
    had: dict[str, Completion],
    model: ModelRef,
    engine: Engine,
    keep: Callable[[Completion], None],
    started: Callable[[], None],
) -> None:
    """Ask until nothing is missing; a server that dies is started again.

    A few deaths in a row without any answer between them are too many.
    """
    deaths, limit = 0, walltime()
    while missing:
        with lease(model, engine, limit) as held:
            started()
            try:
                for adapter in {request.adapter for request in missing.values()} - {None}:
                    prove_live(adapter, held.address, engine, held.alive)
                ask(missing, held.address, engine, held.alive, keep, limit)
            except ServerGone as error:
                answered = any(key in had for key in missing)
                deaths = 1 if answered else deaths + 1
                log.warning("the server died (%s); %s", error, held.address.explain())
                if deaths > RESTARTS:
                    raise EngineError(
                        f"the server of {model.name} died {deaths} times in a row; "
                        f"{held.address.explain()}; what came so far is kept: run again"
                    ) from None
        missing = {key: request for key, request in missing.items() if key not in had}
