"""A run's end: its jobs are told, whoever was told first, and Snakemake ends in order, once.

Snakemake itself waits for jobs, expects a terminal to tell them, and dies of a closed terminal at
once, its lock left behind.
"""

import os
import signal
import threading
import time
from contextlib import suppress
from typing import Any

import psutil

TOLD_SECONDS = 1.0
WAITS = "once_more.sh"
AT_ONCE = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


class Ending:
    """What the signals of a run come to."""

    def __init__(self) -> None:
        self.begun = False

    def listen(self) -> None:
        """From now on a signal ends the run; of SIGTERM the second, since the first waits for jobs.

        What whoever started us ignores (`nohup`) is not heard.
        """
        for number in AT_ONCE:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self.end)
        wait_for_jobs = signal.getsignal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, lambda *told: self.wait(wait_for_jobs, *told))

    def wait(self, wait_for_jobs: Any, *told) -> None:
        """Start no more jobs, as Snakemake does at SIGTERM; the next one ends the run."""
        signal.signal(signal.SIGTERM, self.end)
        wait_for_jobs(*told)

    def end(self, *_told) -> None:
        """End the run as a Ctrl-C does; a second one must not interrupt what the first began."""
        if not self.begun:
            self.begun = True
            threading.Thread(target=tell_jobs, daemon=True).start()
            raise KeyboardInterrupt


def tell_jobs() -> None:
    """Tell each job once to end, those too that are only just started."""
    told: set[psutil.Process] = set()
    while True:
        for job in set(jobs()) - told:
            told.add(job)
            with suppress(psutil.NoSuchProcess):
                job.terminate()
        time.sleep(TOLD_SECONDS)


def jobs() -> list[psutil.Process]:
    """The processes that do this run's work on this host: what `once_more.sh` waits for."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if WAITS in map(os.path.basename, process.cmdline()[1:2]):
                found += process.children()
    return found
