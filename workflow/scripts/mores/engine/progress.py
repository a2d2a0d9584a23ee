"""How far a job is: in its log now and then, and in a small file for whoever watches the run."""

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

STATUS = Path("work/progress")
LINE_SECONDS = 20
STATUS_SECONDS = 0.5


class Lines:
    """A stream that turns a bar's redrawings into lines, for logs."""

    def write(self, text: str) -> None:
        if drawn := text.strip("\r\n "):
            sys.stderr.write(drawn + "\n")

    def flush(self) -> None:
        sys.stderr.flush()


class Progress:
    """Of `total` things `done` are done before; `unit` is what one of them is.

    The status file holds `label`, `unit`, `done`, `total`, `fresh` (done by this job) and what is
    `waited` for, `since` a time in seconds since the epoch. A disk that takes no status stops
    nothing.
    """

    def __init__(self, label: str, total: int, done: int = 0, unit: str = "request"):
        self.told: dict[str, Any] = {"label": label, "unit": unit, "total": total, "done": done}
        self.told |= {"fresh": 0, "waited": None, "since": time.time()}
        self.file = STATUS / f"{socket.gethostname()}.{os.getpid()}.json"
        self.next_status = 0.0

    def __enter__(self) -> Self:
        from tqdm import tqdm

        done, total = self.told["done"], self.told["total"]
        terminal = sys.stderr.isatty()
        self.bar = tqdm(
            desc=self.told["label"],
            total=total,
            initial=done,
            unit=self.told["unit"],
            file=sys.stderr if terminal else Lines(),
            ncols=None if terminal else 100,
            mininterval=0.5 if terminal else LINE_SECONDS,
            disable=done == total,
        )
        self._tell()
        return self

    def __exit__(self, *_) -> None:
        self.bar.close()
        with suppress(OSError):
            self.file.unlink()

    def update(self) -> None:
        """One more is done."""
        self.told["done"] += 1
        self.told["fresh"] += 1
        self.bar.update()
        if time.monotonic() >= self.next_status:
            self._tell()

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Meanwhile nothing is done, since something is waited for; that tells no speed."""
        self.told |= {"waited": what, "since": time.time()}
        self._tell()
        try:
            yield
        finally:
            self.told["waited"] = None
            self._tell()
            self.bar.unpause()

    def _tell(self) -> None:
        self.next_status = time.monotonic() + STATUS_SECONDS
        temporary = self.file.with_suffix(".part")
        with suppress(OSError):
            temporary.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self.told), encoding="utf-8")
            temporary.replace(self.file)
