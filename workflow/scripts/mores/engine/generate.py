"""Generation: completions from the journal where they are had, from the engine where not."""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mores.canonical import digest
from mores.engine.client import ServerGone, ask
from mores.engine.journal import Journal
from mores.engine.lease import lease
from mores.engine.models import Adapter, ModelRef
from mores.engine.progress import Progress
from mores.engine.proof import prove_live
from mores.engine.settings import Engine
from mores.engine.walltime import walltime
from mores.errors import EngineError
from mores.method.requests import Completion, Request

log = logging.getLogger("mores.engine")

RESTARTS = 3


@dataclass(frozen=True)
class Asker:
    """A model, with an adapter or without, that answers what is not in the journal.

    `made_by` is whatever else shapes its answers: the protocol, the packages that serve it.
    """

    ref: ModelRef
    engine: Engine
    journal: Path
    made_by: dict[str, Any]
    lora: Adapter | None = None

    @property
    def model(self) -> str:
        """Digest of the model."""
        return self.ref.digest

    @property
    def adapter(self) -> str | None:
        """Digest of the adapter, if any."""
        return self.lora.digest if self.lora else None

    def key(self, request: Request) -> str:
        """Digest of everything that shapes an answer; where and how it is served stays out."""
        continued = {} if request.prompt is None else {"prompt": request.prompt}
        trusted = {"trust_remote_code": True} if self.ref.settings.trust_remote_code else {}
        return digest(
            {
                "model": self.ref.digest,
                "dtype": self.ref.settings.dtype,
                "max_model_len": self.ref.settings.max_model_len,
                "adapter": self.adapter,
                "messages": list(request.messages),
                "sampling": request.sampling,
                **self.made_by,
                **continued,
                **trusted,
            }
        )

    def __call__(self, requests: Sequence[Request], label: str) -> list[Completion]:
        """Completions in the order of the requests; equal requests are asked once.

        Every completion is journalled as it comes: after a kill, only what is missing is asked.
        An adapter is proved live before it answers. Raises EngineError when the server does not
        start, keeps dying, refuses a request or keeps failing it, or ignores the adapter; the error
        names the server's log.
        """
        keys = [self.key(request) for request in requests]
        wanted = dict(zip(keys, requests, strict=True))
        with Journal(self.journal) as book:
            had = book.find(wanted)
            missing = {key: request for key, request in wanted.items() if key not in had}
            log.info("%s: %d of %d requests journalled", label, len(had), len(wanted))
            with Progress(label, len(wanted), len(had)) as progress:

                def keep(completion: Completion) -> None:
                    book.add(completion)
                    had[completion.key] = completion
                    progress.update()

                self._ask_missing(missing, had, keep, progress)
        return [had[key] for key in keys]

    def _ask_missing(
        self,
        missing: dict[str, Request],
        had: dict[str, Completion],
        keep: Callable[[Completion], None],
        progress: Progress,
    ) -> None:
        """Ask until nothing is missing; a server that dies is started again.

        A few deaths in a row without any answer between them are too many.
        """
        deaths, limit = 0, walltime()
        while missing:
            with ExitStack() as until_answered:
                with progress.waiting(f"server of {self.ref.name}"):
                    held = until_answered.enter_context(lease(self.ref, self.engine, limit))
                try:
                    if self.lora:
                        prove_live(self.lora, held.address, self.engine, held.alive)
                    adapters = dict.fromkeys(missing, self.lora) if self.lora else {}
                    address, alive, jobs = held.address, held.alive, held.jobs
                    ask(missing, address, self.engine, alive, keep, limit, adapters, jobs)
                except ServerGone as error:
                    answered = any(key in had for key in missing)
                    deaths = 1 if answered else deaths + 1
                    log.warning("the server died (%s); %s", error, held.address.explain())
                    if deaths > RESTARTS:
                        raise EngineError(
                            f"the server of {self.ref.name} died {deaths} times in a row; "
                            f"{held.address.explain()}; what came so far is kept: run again"
                        ) from None
            missing = {key: request for key, request in missing.items() if key not in had}
