"""How long does a killed job of 200,000 answers take to find what it has, and in how much memory?

    python benchmarks/journal.py

Three resumptions of a job that wants all of a journal's answers, some and none. Ratios, in one run:
time over that of reading the file's lines, and memory over the size of what is found.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

from mores.engine.journal import Journal  # noqa: E402
from mores.method.requests import Completion  # noqa: E402

LINES = 200_000
TEXT = "It depends on what people hold dear, and here they hold to custom. " * 20  # 1.3 kB


def write(path: Path) -> None:
    """A journal as `Journal.add` writes it."""
    with Journal(path) as book:
        for number in range(LINES):
            book.add(Completion(f"{number:064x}", TEXT, "stop", 200, 300))


def resume(path: Path, wanted: int) -> dict[str, float]:
    """Seconds of a resumption, and of reading the lines alone; MB that it added to the process."""
    start = time.perf_counter()
    with open(path, "rb") as stream:
        for _ in stream:
            pass
    reading = time.perf_counter() - start
    keys = {f"{number:064x}" for number in range(wanted)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    with Journal(path) as book:
        found = book.find(keys)
    seconds = time.perf_counter() - start
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert len(found) == wanted
    return {
        "found": wanted,
        "seconds": round(seconds, 2),
        "over_reading": round(seconds / reading, 1),
        "added_mb": round(added, 1),
    }


def main() -> None:
    if len(sys.argv) > 1:  # in a process of its own: peak memory never shrinks
        print(json.dumps(resume(Path(sys.argv[1]), int(sys.argv[2]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal.jsonl")
        write(path)
        print(json.dumps({"lines": LINES, "file_mb": round(path.stat().st_size / 2**20)}))
        for wanted in (0, LINES // 100, LINES):
            command = [sys.executable, __file__, str(path), str(wanted)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
