"""How long does a step's interpreter take to start, and what large packages does it import?

    python benchmarks/starts.py                # a minute on two cores

Processor seconds (user and system, best of five) of each rule's script with `--help`, which imports
what the step and the runner import before the job is known; seconds of the clock would tell what
else the machine does. A bare interpreter stands first.
"""

import json
import re
import resource
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow/scripts"
LARGE = ("aiohttp", "jinja2", "numpy", "polars", "pydantic", "scipy", "snakemake", "torch")
LARGE += ("transformers", "vllm")
IMPORTED = re.compile(r"^import time:.*\| +([\w.]+)$", re.M)
ROUNDS = 5


def seconds(*arguments: str) -> float:
    """Processor seconds of an interpreter with these arguments."""
    found = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], cwd=SCRIPTS, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return round(min(found), 2)


def large(*arguments: str) -> list[str]:
    """The large packages that an interpreter with these arguments imports."""
    command = [sys.executable, "-X", "importtime", *arguments]
    told = subprocess.run(command, cwd=SCRIPTS, check=True, capture_output=True, text=True).stderr
    return sorted({name.partition(".")[0] for name in IMPORTED.findall(told)} & set(LARGE))


def main() -> None:
    print(json.dumps({"python -c pass": seconds("-c", "pass")}))
    for script in sorted(SCRIPTS.glob("*.py")):
        if "from mores.runner import run\n" in script.read_text(encoding="utf-8"):
            told = {
                "seconds": seconds(script.name, "--help"),
                "imports": large(script.name, "--help"),
            }
            print(json.dumps({script.stem: told}))


if __name__ == "__main__":
    main()
