"""How much memory does reading a large file of scenes take, beside its size? A ratio, in one run.

    python benchmarks/read_scenes.py             # about two minutes on two cores

Files of a quarter of a million, of one million and of two million scenes are written and read, ten
scenes of each base country drawn, each in a process of its own. What counts is the peak of memory
that is the process's own (RssAnon), since the pages of a file that is read can be given back.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"
ROWS = (250_000, 1_000_000, 2_000_000)
FIELDS = (
    *("situation", "base_country", "actor_country", "actor_age", "actor_gender"),
    *("receiver_country", "receiver_age", "receiver_gender"),
    *("cultural_expectation", "personal_preference", "scenario_type"),
)
READ = f"""
import sys, threading, time
from pathlib import Path
sys.path.insert(0, {str(SCRIPTS)!r})
import polars
from mores.evaluations.pact.file import Columns
from mores.evaluations.pact.scenes import read_scenes

def own():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024

peak = before = own()
def watch():
    global peak
    while True:
        peak = max(peak, own())
        time.sleep(0.01)
threading.Thread(target=watch, daemon=True).start()
begun = time.time()
found = read_scenes([Path(sys.argv[1])], Columns(), 10, 0)
print(len(found), peak - before, time.time() - begun)
"""


def write(path: Path, rows: int) -> None:
    """Scenes of some 400 bytes, told in words that say nothing."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(",".join(FIELDS) + "\n")
        for number in range(rows):
            base = ("Kenya", "Japan", "Chile")[number % 3]
            persons = f"{base},18-29,woman,{base},30-59,man"
            told = f"{'norm ' * 20},{'wish ' * 15},visits"
            stream.write(f"{number} {'word ' * 33},{base},{persons},{told}\n")


def main() -> None:
    peaks = {}
    for rows in ROWS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "scenes.csv"
            write(path, rows)
            size = path.stat().st_size / 2**20
            command = [sys.executable, "-c", READ, str(path)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        count, peak, seconds = map(float, told.split())
        peaks[rows] = peak
        taken = f"{peak:4.0f} MB, {seconds:.0f} s"
        print(f"{rows:9,} rows, {size:5.0f} MB: {count:.0f} scenes, {taken}")
    few, many = peaks[ROWS[1]], peaks[ROWS[2]]
    print(f"twice the rows take {many / few:.2f} times the memory")


if __name__ == "__main__":
    main()
