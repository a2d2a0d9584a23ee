"""A run watched: at most one line on a terminal, or plain lines now and then where there is none.

Snakemake tells of its jobs by log records; what jobs are at stands in small files
(`mores.engine.progress`). Snakemake's own blocks of jobs go to its log file alone; its errors and
warnings are shown as ever.
"""

import json
import logging
import shutil
import socket
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

import psutil

from mores.engine.progress import STATUS

SHOWN_SECONDS = 0.5  # on a terminal
TOLD_SECONDS = 30.0  # elsewhere
RATE_SECONDS = 15.0  # over which a rate is taken
SETTLED = 5  # jobs after which the time that is left can be guessed
# What Snakemake tells of jobs that go well.
HIDDEN = {
    *("job_info", "job_started", "job_finished", "group_info", "shellcmd"),
    *("progress", "resources_info"),
}
CLEAR = "\r\x1b[K"


class Watch(logging.Handler):
    """The line of one run: stage, jobs done, requests a second, time left, what is waited for."""

    def __init__(self, stream: TextIO, status: Path = STATUS):
        super().__init__()
        self.stream, self.status = stream, status
        self.terminal = stream.isatty()
        self.begun = time.monotonic()
        self.rules: dict[int, str] = {}  # of jobs that were told
        self.running: set[int] = set()
        self.done, self.total, self.failed = 0, 0, 0
        self.asked: dict[str, int] = {}
        self.rates: deque[tuple[float, int]] = deque()
        self.ended = threading.Event()
        self.drawing = threading.RLock()
        self.last = ""

    def begin(self, logger: logging.Logger, total: int) -> None:
        """Stand in for the blocks of jobs that the logger writes to its stream."""
        self.total = total
        for handler in logger.handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is self.stream:
                handler.addFilter(_is_shown)
                handler.setStream(_Over(self, self.stream))
        logger.addHandler(self)
        threading.Thread(target=self._go_on, daemon=True).start()

    def end(self) -> None:
        """Take the line away."""
        self.ended.set()
        self._statuses()
        with self.drawing, suppress(OSError, ValueError):  # a terminal that was closed
            self._write(CLEAR if self.terminal else "")
            self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of what Snakemake tells of a job."""
        event = str(getattr(record, "event", None) or "")
        told = vars(record)
        if event == "job_info":
            self.rules[told["jobid"]] = told["rule_name"]
        elif event == "job_started":
            self.running |= set(told["jobs"])
        elif event == "job_finished":
            self.running.discard(told["job_id"])
        elif event == "job_error":
            self.failed += 1
            self.running.discard(told.get("jobid", -1))
        elif event == "progress":
            self.done, self.total = told["done"], told["total"]

    def line(self) -> str:
        """What there is to say now."""
        rules = Counter(self.rules.get(job, "starting") for job in sorted(self.running))
        stage = ", ".join(
            f"{rule} x {count}" if count > 1 else rule for rule, count in rules.items()
        )
        jobs = [status for status in self._statuses() if status["waited"] is None]
        rate = self._rate() if any(job["unit"] == "request" for job in jobs) else ""
        parts = [f"{self.done} of {self.total} jobs", stage, *_counts(jobs), rate]
        parts += [f"{self.failed} failed" if self.failed else "", self._left(), self._waited()]
        return " · ".join(filter(None, parts))

    def _go_on(self) -> None:
        while not self.ended.wait(SHOWN_SECONDS if self.terminal else TOLD_SECONDS):
            with self.drawing, suppress(OSError, ValueError):  # a stream that was closed
                self._measure()
                self.draw()

    def draw(self) -> None:
        """Put the line there, cut to the terminal's width."""
        self.last = self.line()
        if self.terminal:
            width = shutil.get_terminal_size().columns
            self._write(CLEAR + _cut(self.last, width - 1))
        else:
            self._write(time.strftime("%H:%M:%S ") + self.last + "\n")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()

    def _measure(self) -> None:
        """Count what was asked since the last time."""
        now, fresh = time.monotonic(), 0
        for status in self._statuses():
            if status["unit"] == "request":
                before = self.asked.get(status["file"], 0)
                # A job that asks a second time counts from zero again.
                fresh += status["fresh"] - (before if before <= status["fresh"] else 0)
                self.asked[status["file"]] = status["fresh"]
        self.rates.append((now, fresh))
        window = max(RATE_SECONDS, 2 * TOLD_SECONDS * (not self.terminal))
        while len(self.rates) > 1 and now - self.rates[0][0] > window:
            self.rates.popleft()

    def _rate(self) -> str:
        if len(self.rates) < 2:
            return ""
        seconds = self.rates[-1][0] - self.rates[0][0]
        count = sum(fresh for _, fresh in list(self.rates)[1:])
        return f"{count / seconds:.0f} requests/s" if count > seconds > 0 else ""

    def _left(self) -> str:
        """About how long it takes yet, if the jobs ahead take as long as those behind."""
        if self.done < SETTLED or self.done >= self.total:
            return ""
        seconds = (time.monotonic() - self.begun) * (self.total - self.done) / self.done
        return f"about {_duration(seconds)} left"

    def _waited(self) -> str:
        waits = {
            status["waited"]: status["since"] for status in self._statuses() if status["waited"]
        }
        now = time.time()
        return ", ".join(
            f"waiting for {what}, {_duration(now - since)}" for what, since in sorted(waits.items())
        )

    def _statuses(self) -> list[dict[str, Any]]:
        """What the jobs that live are at; what dead ones left is taken away."""
        found = []
        for path in sorted(self.status.glob("*")):
            with suppress(OSError, ValueError, KeyError):
                if not _lives(path):
                    path.unlink()
                elif path.suffix == ".json":
                    found.append(json.loads(path.read_text(encoding="utf-8")) | {"file": path.name})
        return found


class _Over:
    """The stream of whoever else writes: the line makes way, and comes back below."""

    def __init__(self, watch: Watch, stream: TextIO):
        self.watch, self.stream = watch, stream

    def write(self, text: str) -> int:
        with self.watch.drawing:
            if self.watch.terminal and self.watch.last:
                self.stream.write(CLEAR)
                self.watch.last = ""
            return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _is_shown(record: logging.LogRecord) -> bool:
    event = str(getattr(record, "event", None) or "")
    return event not in HIDDEN and not str(record.msg).startswith(("Select jobs", "Execute "))


def _lives(path: Path) -> bool:
    """Whether the job whose status this is lives; one of another host is believed ten minutes."""
    host, pid = path.stem.rsplit(".", 1)
    if host == socket.gethostname():
        return psutil.pid_exists(int(pid))
    return time.time() - path.stat().st_mtime < 600


def _counts(statuses: list[dict[str, Any]]) -> list[str]:
    """How far those are that count something."""
    sums: Counter[tuple[str, str]] = Counter()
    for status in statuses:
        sums[status["unit"], "done"] += status["done"]
        sums[status["unit"], "total"] += status["total"]
    units = sorted({unit for unit, _ in sums})
    return [f"{unit}s {sums[unit, 'done']:,} of {sums[unit, 'total']:,}" for unit in units]


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(0, width - 3)] + "..."
