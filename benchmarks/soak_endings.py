"""Is anything left of a run that ends by Ctrl-C twice, or with its terminal? With the real vLLM.

    python benchmarks/soak_endings.py         # 20 of each: half an hour on two cores

Each run of the demo is told to end, by a signal to its process group as a terminal sends it, at a
moment drawn at random: while its server starts, or with requests in flight. After 30 s no process,
lock, mark, socket or shared memory of it may be there. A row a run: how, when, seconds until
nothing was left, and what was left.
"""

import argparse
import getpass
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow" / "scripts"), str(ROOT / "tests")]

from conftest import Checkout  # noqa: E402

SHEET = "results/answers/values/vanilla/demo/XAV.jsonl"
JOURNAL = "work/journal/answers/values/vanilla/demo/XAV.jsonl"
ENDLESS = ("--config", "answers={samples: 1000}", "methods=vanilla", "--", SHEET)
LIMIT = 30.0  # seconds until nothing may be left
ENDINGS = {"Ctrl-C twice": (signal.SIGINT, signal.SIGINT), "SIGHUP": (signal.SIGHUP,)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("each", type=int, nargs="?", default=20)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    draw, failed, longest = random.Random(args.seed), 0, 0.0
    for _ in range(args.each):
        for name, signals in ENDINGS.items():
            with tempfile.TemporaryDirectory() as home:
                seconds, when, left = end(Path(home), signals, draw)
            failed, longest = failed + bool(left), max(longest, seconds)
            print(
                f"{name}\t{when}\t{seconds:.1f} s\t{' '.join(left) or 'nothing left'}", flush=True
            )
    print(
        f"{2 * args.each} runs, something left of {failed}; at most {longest:.1f} s until the end"
    )


def end(home: Path, signals: tuple[int, ...], draw: random.Random) -> tuple[float, str, list[str]]:
    """Start a run, end it, and see: seconds until nothing is left, the moment, what is left."""
    checkout = Checkout(home)
    own = home / "tmp"
    own.mkdir()
    checkout.environment["TMPDIR"] = str(own)
    run = checkout.start(*ENDLESS)
    if draw.random() < 0.25:
        checkout.wait_until(lambda: bool(checkout.server_logs()))
        time.sleep(draw.uniform(0, 10))
        when = "starting"
    else:
        checkout.wait_for_lines(JOURNAL, draw.randrange(1000))
        when = f"{checkout.lines(JOURNAL)} answers"
    shared = [name for note in notes(home) for name in note["remains"]["shared"]]
    for number in signals:
        os.killpg(run.pid, number)
        time.sleep(draw.uniform(0, 0.2))
    begun = time.monotonic()
    while (left := remains(checkout, own, shared)) and time.monotonic() - begun < LIMIT:
        time.sleep(0.2)
    seconds = time.monotonic() - begun
    for process in checkout.processes():
        process.kill()
    run.communicate()
    return seconds, when, left


def notes(home: Path) -> list[dict]:
    """What is noted of servers."""
    return [json.loads(path.read_text()) for path in home.glob("work/engine/*/*.group.json")]


def told(process: psutil.Process) -> str:
    """A process's command line; nothing of one that has just ended."""
    try:
        return " ".join(process.cmdline())[:60]
    except psutil.NoSuchProcess:
        return ""


def remains(checkout: Checkout, own: Path, shared: list[str]) -> list[str]:
    """Processes, files of servers, marks and locks that are there now."""
    home = checkout.folder
    found = [command for process in checkout.processes() if (command := told(process))]
    for pattern in ("*.group.json", "*.endpoint.json", "*/*"):
        found += [str(path.relative_to(home)) for path in home.glob(f"work/engine/*/{pattern}")]
    found += [str(path.relative_to(home)) for path in home.glob(".snakemake/locks/*")]
    found += [str(path.relative_to(home)) for path in home.glob("work/progress/*")]
    kept = own / f"torchinductor_{getpass.getuser()}"  # PyTorch's cache of compiled code
    found += [str(path) for path in own.rglob("*") if path.is_socket() or path.is_dir()]
    found = [path for path in found if not path.startswith(str(kept))]
    return found + [name for name in shared if Path("/dev/shm", name).exists()]


if __name__ == "__main__":
    main()
