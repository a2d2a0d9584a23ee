"""Every command that Snakemake prints runs by itself, in a copy of the repository as new."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MARGINALS = "results/survey/marginals.parquet"
SPLIT = "results/survey/split.tsv"
ROWS = ("results/survey/XAV/train.jsonl", "results/survey/XAV/test.jsonl")


@pytest.fixture(scope="module")
def commands(checkout) -> dict[str, str]:
    """By rule, the command that a dry run prints for it; then the real run."""
    told = checkout.run("--dry-run", "--printshellcmds", MARGINALS, *ROWS)
    checkout.run(MARGINALS, *ROWS)
    return dict(re.findall(r"^rule (\w+):$(?s:.*?)^Shell command: (.+)$", told, re.M))


@pytest.mark.parametrize(
    ("rule", "given", "outputs"),
    [
        ("import_survey", [], [MARGINALS]),
        ("split_items", [], [SPLIT]),
        ("split_country", [SPLIT], ROWS),
    ],
)
def test_a_printed_command_makes_the_same_bytes(
    checkout, new_checkout, commands, rule, given, outputs
):
    fresh: Path = new_checkout().folder
    for path in given:
        (fresh / path).parent.mkdir(parents=True)
        shutil.copy(checkout.folder / path, fresh / path)
    assert not (fresh / "work").exists() and not (fresh / ".snakemake").exists()
    # As where .venv is active: the commands say `python`.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        ["bash", "-c", commands[rule]], cwd=fresh, env=os.environ | {"PATH": path}, check=True
    )
    records = [f"results/made/{Path(output).relative_to('results')}.json" for output in outputs]
    for made in (*outputs, *records):
        assert (fresh / made).read_bytes() == (checkout.folder / made).read_bytes()
