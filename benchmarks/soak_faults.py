"""The demo's grid again and again with kills drawn at random: always the same bytes?

    python benchmarks/soak_faults.py --minutes 60 --seed 0

In each loop a new copy of this checkout makes the scores of two countries, with norms and with an
adapter, while jobs, trainers, servers, their supervisors and Snakemake itself are killed
(SIGKILL); a run that fails is run again. A row a loop: what was killed, runs it took, results whose
bytes differ from those of a run without kills, answers that were asked for though they were kept
(lines of a journal with one key), what was left. The last line: memory at the start and at the end.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow" / "scripts"), str(ROOT / "tests")]

from conftest import Checkout  # noqa: E402
from soak_endings import notes, remains  # noqa: E402

from mores.contents import sha256  # noqa: E402

GRID = ("--config", "countries=XAV,XBO", "methods=vanilla,topic,sft", "answers={samples: 2}")
TABLE = "results/scores.tsv"
KILLED = {
    "job": "answer_items.py",
    "training": "train_adapter.py",
    "trainer": "mores.engine.trainer",
    "server": "mores.engine.serve ",
    "supervisor": "mores.engine.supervisor",
    "Snakemake": "-m snakemake",
}
KILLS = 4  # at most, in a loop
PAUSE = (2.0, 30.0)  # seconds before each
RUNS = 10  # at most, until a loop's results are there


@dataclass
class Loop:
    """What was killed, runs, results by digest, answers asked twice, what is left."""

    killed: Counter[str]
    runs: int = 0
    made: dict[str, str] = field(default_factory=dict)
    twice: int = 0
    left: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    draw, before = random.Random(args.seed), psutil.virtual_memory().available
    deadline = time.monotonic() + 60 * args.minutes
    wanted = one_loop(draw, kills=0).made
    print(f"{len(wanted)} results of a run without kills", flush=True)
    loops, failed = 0, 0
    while time.monotonic() < deadline:
        done = one_loop(draw, KILLS)
        paths = wanted.keys() | done.made.keys()
        differing = sorted(path for path in paths if wanted.get(path) != done.made.get(path))
        told = [f"{name} x {count}" for name, count in done.killed.items()]
        row = [", ".join(told), f"{done.runs} runs", f"differing {differing}"]
        print(*row, f"twice {done.twice}", f"left {done.left}", sep="\t", flush=True)
        loops, failed = loops + 1, failed + bool(differing or done.twice or done.left)
    after = psutil.virtual_memory().available
    told = f"free memory {before >> 20} MiB before, {after >> 20} MiB after"
    print(f"{loops} loops, {failed} with something wrong; {told}")


def one_loop(draw: random.Random, kills: int) -> Loop:
    """Make the grid in a new copy, run again until it is made, and kill so many processes."""
    with tempfile.TemporaryDirectory() as home:
        checkout, done, shared = Checkout(Path(home)), Loop(Counter()), set[str]()
        own = checkout.folder / "tmp"
        own.mkdir()
        checkout.environment["TMPDIR"] = str(own)
        while done.runs < RUNS:
            done.runs += 1
            run = checkout.start(*GRID, "--", TABLE)
            while run.poll() is None and done.killed.total() < kills:
                wait(run, draw.uniform(*PAUSE))
                shared |= {name for note in notes(own.parent) for name in note["remains"]["shared"]}
                done.killed.update(kill(checkout, done.killed, draw))
            run.communicate()
            if run.returncode == 0:
                break
            if run.returncode == -signal.SIGKILL:
                checkout.wait_until(lambda: not checkout.processes("workflow/scripts"), 300)
                checkout.run(*GRID, "--unlock")
        checkout.left_over(30)
        done.made, done.twice = results(own.parent), asked_twice(own.parent)
        left = remains(checkout, own, sorted(shared))
        # A Snakemake that is killed leaves a folder of its own, of which nobody knows.
        done.left = [path for path in left if not Path(path).name.startswith("snakemake")]
    return done


def wait(run: subprocess.Popen, seconds: float) -> None:
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def kill(checkout: Checkout, killed: Counter[str], draw: random.Random) -> list[str]:
    """Kill one process of a kind that there is now, one that was killed least; its kind."""
    there = {
        name: [one for one in checkout.processes(words) if "python" in one.name().lower()]
        for name, words in KILLED.items()
    }
    kinds = [name for name, processes in there.items() if processes]
    if not kinds:
        return []
    kind = min(kinds, key=lambda name: (killed[name], draw.random()))
    draw.choice(sorted(there[kind], key=lambda one: one.pid)).kill()
    return [kind]


def results(home: Path) -> dict[str, str]:
    """Digests of all results, by path."""
    files = [path for path in (home / "results").rglob("*") if path.is_file()]
    shown = [path for path in files if not path.name.startswith(".")]
    return {str(path.relative_to(home)): sha256(path) for path in shown}


def asked_twice(home: Path) -> int:
    """Answers that a journal has more than once."""
    twice = 0
    for journal in (home / "work/journal").rglob("*.jsonl"):
        keys = [json.loads(line)["key"] for line in journal.read_text().splitlines()]
        twice += len(keys) - len(set(keys))
    return twice


if __name__ == "__main__":
    main()
