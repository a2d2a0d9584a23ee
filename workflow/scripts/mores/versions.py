"""The locked versions of packages, by what they can change: a bump makes just that stale."""

import re
from functools import cache
from pathlib import Path

# A test holds the CPU and the GPU lock to the same versions of these.
LOCK = Path(__file__).parents[2] / "envs/gpu.txt"
PINNED = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)

SURVEY = ("polars", "pyreadstat")
ANSWERS = ("torch", "transformers", "vllm")
TRAINING = ("accelerate", "peft", "torch", "transformers", "trl")
SCORES = ("numpy",)


def locked(packages: tuple[str, ...]) -> dict[str, list[str]]:
    """Each package's locked versions: one, or one for each range of Python versions."""
    return {name: versions for name, versions in _lock().items() if name in packages}


@cache
def _lock() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, version in PINNED.findall(LOCK.read_text(encoding="utf-8")):
        found.setdefault(name, []).append(version)
    return found
