"""When Snakemake itself looks for jobs to start, and how many trainings it starts at once."""

import subprocess
import sys
from itertools import accumulate
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"
# Jobs that say when they begin and end; the first five train.
SNAKEFILE = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
from mores.study.rounds import leave_a_core

def trains(wildcards):
    return int(int(wildcards.number) < 5)

rule all:
    input: expand("{{number}}", number=range(8))

rule job:
    output: "{{number}}"
    priority: lambda wildcards: trains(wildcards)
    resources: cpu_trainings=lambda wildcards: trains(wildcards)
    params: file=lambda wildcards: "trained" if trains(wildcards) else "asked"
    shell: "echo 1 >> {{params.file}}; sleep 1; echo -1 >> {{params.file}}; touch {{output}}"

onstart: leave_a_core(workflow.scheduler)
"""


def test_it_looks_when_a_job_has_ended_and_at_no_other_time(checkout):
    told = checkout.run("--verbose", "--until", "split_country")
    ended = told.count("Finished jobid")
    assert ended >= 6
    assert told.count("Ready jobs: ") <= ended + 1


@pytest.mark.parametrize(
    ("given", "most"),
    [
        (["--cores", "4"], 3),
        (["--cores", "1"], 1),
        (["--cores", "4", "--resources", "cpu_trainings=1"], 1),
        (["--cores", "4", "--resources", "cpu_trainings=4"], 4),
    ],
)
def test_trainings_leave_a_core_to_jobs_that_ask(tmp_path, given, most):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    command = [sys.executable, "-m", "snakemake", "--scheduler", "greedy", *given]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    at_once = {}
    for name in ("trained", "asked"):
        said = [int(line) for line in (tmp_path / name).read_text().split()]
        assert sum(said) == 0 and len(said) == {"trained": 10, "asked": 6}[name]
        at_once[name] = max(accumulate(said))
    assert at_once["trained"] == most
    assert at_once["asked"] >= min(2, int(given[1]))
