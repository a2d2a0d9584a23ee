"""The time limit of a SLURM job: a client stops asking before it is killed."""

import os
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime

from mores.errors import EngineError

MARGIN_SECONDS = 120  # nothing is asked so near the end,
LAST_SECONDS = 10  # and nothing is waited for so near


@dataclass(frozen=True)
class Walltime:
    """When this process ends at the latest, in Unix time; None where nothing limits it."""

    end: float | None = None
    margin: float = MARGIN_SECONDS

    def near(self) -> bool:
        """Whether it is too late to ask for more."""
        return self.end is not None and time.time() > self.end - self.margin

    def left(self) -> float | None:
        """Seconds in which what is in flight may still come."""
        return None if self.end is None else max(0.0, self.end - LAST_SECONDS - time.time())

    def check(self, waited_for: str) -> None:
        """Raise EngineError when it is too late to go on waiting."""
        if self.near():
            raise EngineError(
                f"this job's time limit is near, {waited_for}; what came is kept: run again "
                "(longer limits: models: resources: minutes)"
            )


UNLIMITED = Walltime()


def walltime() -> Walltime:
    """The limit of the SLURM job that this process is part of, if it is."""
    job = os.environ.get("SLURM_JOB_ID")
    end = (job and (os.environ.get("SLURM_JOB_END_TIME") or _asked(job))) or None
    if end is None:
        return Walltime()
    left = float(end) - time.time()
    return Walltime(float(end), min(MARGIN_SECONDS, left / 5))  # of a short limit a fifth


def _asked(job: str) -> str | None:
    """SLURM before 23.02 does not tell a job its end: ask; None where it has no limit."""
    asked = ["squeue", "--noheader", "--jobs", job, "--format", "%e"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        return str(datetime.fromisoformat(told).timestamp())
    except (FileNotFoundError, ValueError):  # no squeue on this host, or "N/A" without a limit
        return None
