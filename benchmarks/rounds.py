"""What does Snakemake itself cost in a run, with its limit of jobs a second and without?

    python benchmarks/rounds.py [jobs]         # 400 jobs: two minutes on two cores

Jobs that sleep for half a second, four at once, with eight inputs each. Processor seconds of
Snakemake's own process from its first job on, and the looks that it took for jobs to start.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow/scripts"
INPUTS = 8
SNAKEFILE = """
import sys, time
BEGUN = []
sys.path.insert(0, "{scripts}")
from mores.study.rounds import look_when_jobs_end
rule all:
    input: expand("made/{{job}}", job=range({jobs}))
rule one:
    input: expand("inputs/{{of}}", of=range({inputs}))
    output: "made/{{job}}"
    shell: "sleep 0.5; echo > {{output}}"
onstart:
    {hook}
    BEGUN.append(time.process_time())
onsuccess:
    print("SECONDS", time.process_time() - BEGUN[0])
"""


def run(jobs: int, hook: str) -> dict[str, float]:
    """Run so many jobs with a line of `onstart`."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "inputs").mkdir()
        for number in range(INPUTS):
            (home / f"inputs/{number}").write_text("")
        code = SNAKEFILE.format(scripts=SCRIPTS, jobs=jobs, inputs=INPUTS, hook=hook)
        (home / "Snakefile").write_text(code)
        command = [sys.executable, "-m", "snakemake", "--cores", "4", "--scheduler", "greedy"]
        begun = time.monotonic()
        told = subprocess.run(
            [*command, "--verbose"],
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        ).stdout
    (seconds,) = [line.split()[1] for line in told.splitlines() if line.startswith("SECONDS")]
    return {
        "own processor seconds": round(float(seconds), 1),
        "looks": told.count("Ready jobs: "),
        "seconds": round(time.monotonic() - begun, 1),
    }


def main() -> None:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    limited = run(jobs, "pass")
    ours = run(jobs, "look_when_jobs_end(workflow.scheduler)")
    print(json.dumps({"jobs": jobs, "limited": limited, "ours": ours}))
    ratio = limited["own processor seconds"] / ours["own processor seconds"]
    print(f"Snakemake's own seconds, limited over ours: {ratio:.1f}")


if __name__ == "__main__":
    main()
