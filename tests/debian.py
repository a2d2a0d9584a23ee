"""Programs that tests drive and no environment of ours holds: Debian's packages."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest


def cannot_run(reason: str) -> NoReturn:
    """Skip the tests, or in CI (.ci/run too), where nobody would see it, fail them."""
    strict = os.environ.get("CI") or os.environ.get("REQUIRE_ALL")
    told = pytest.fail if strict else pytest.skip
    told(reason)


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Hold what a machine has one of; processes that test at once wait for each other."""
    with open(Path(tempfile.gettempdir()) / f"mores-{what}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(what: str, packages: tuple[str, ...], programs: tuple[str, ...]) -> None:
    """Install packages where a program is missing, if root may and Debian's archive is in reach.

    apt-get does not wait for another of itself.
    """
    if all(map(shutil.which, programs)):
        return
    if os.geteuid() or not shutil.which("apt-get"):
        cannot_run(f"{what}: {', '.join(packages)} are installed with apt-get, by root")
    with alone("apt"):
        if all(map(shutil.which, programs)):
            return
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes"]
        for step in (["update"], ["install", "--no-install-recommends", *packages]):
            done = subprocess.run([*apt, *step], capture_output=True, text=True, check=False)
            if done.returncode:
                cannot_run(f"{what}: apt-get {step[0]} fails: {done.stderr.strip()[-300:]}")
