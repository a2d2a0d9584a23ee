"""Every reader on generated files, good and damaged, against slow readers that share no code.

    python benchmarks/fuzz_readers.py [--cases 100000] [--seed 1] [READER ...]

Hypothesis draws some hundred good files of each reader; the other cases are these with one to four
harms. Prints, by reader, how many files it read as they stand, refused in a line where nobody can
tell what they mean (`told`), refused though the slow reader takes them (`refused`: it is stricter),
and read where the slow reader cannot tell (`unsure`); then lines that are none or name no file
(`unclear`), tracebacks and wrong readings, which must be 0, with an example of each.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "workflow/scripts")]

from inputs.good import HARMS  # noqa: E402
from inputs.readers import READERS, Reader, outcome  # noqa: E402

KINDS = ("read", "told", "refused", "unsure", "unclear", "traceback", "wrong")
FAULTS = KINDS[4:]
POOL = 300  # good files of each reader


def fuzz(name: str, cases: int, first: int, folder: Path) -> tuple[Counter, dict[str, str]]:
    """Outcomes by kind, and an example of each fault."""
    reader, found, examples = READERS[name], Counter(), {}
    turn = random.Random(f"{name} {first}")
    files = pool(reader, turn.random())
    for number in range(cases):
        good = number < len(files)
        data = files[number] if good else harmed(turn.choice(files), turn)
        told = outcome(reader, folder, data)
        kind = told.partition(":")[0]
        found[kind] += 1
        if kind in (*FAULTS, "refused"):
            examples.setdefault(kind, f"{data!r:.900}\n      {told:.400}")
    return found, examples


def pool(reader: Reader, begin: float) -> list[bytes]:
    """Undamaged files of a reader, all different, as Hypothesis draws them."""
    files: dict[bytes, None] = {}

    @seed(begin)
    @settings(
        max_examples=POOL,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(reader.good)
    def draw(data: bytes) -> None:
        files[data] = None

    draw()
    return [*files]


def harmed(data: bytes, turn: random.Random) -> bytes:
    """A file with one to four harms."""
    for _ in range(turn.choice([1, 1, 2, 3, 4])):
        how = turn.choice([*HARMS])
        data = HARMS[how](data, int(turn.random() * len(data)), turn)
    return data


def main() -> None:
    """Fuzz the readers named, or all; exit with 1 where one has a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", default=[*READERS])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.disable()
    print("reader", "cases", *KINDS, "seconds", sep="\t", flush=True)
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in args.readers:
            begun = time.monotonic()
            found, examples = fuzz(name, args.cases, args.seed, Path(folder))
            counts = [found[kind] for kind in KINDS]
            seconds = round(time.monotonic() - begun)
            print(name, found.total(), *counts, seconds, sep="\t", flush=True)
            for kind, example in examples.items():
                print(f"   {kind}: {example}", flush=True)
            faults += sum(found[kind] for kind in FAULTS)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
