"""Every command block of README and docs: planned by Snakemake, read by its own program, or told
why not.

A page's commands go one after the other, in a new checkout with a folder beside it for studies.
"""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from documented import ROOT, commands

from mores.method.items import load_bank

# Words that stand for what a reader has, and what the test has in their place.
STANDS_FOR = {
    "survey=FILE": "survey=survey.json",
    "survey=path/to/WVS_Cross-National_Wave_7.csv": "survey=survey.json",
    "countries=KEN": "countries=XAV",
    "results/cells/values/top1/r1-qwen-7b/KEN.json": "results/cells/values/top1/demo/XAV.json",
    "$(cat work/stale.txt)": "score_table",
}
# What is not run here, and where it is, or why nowhere.
ELSEWHERE = {
    r"make (run|test)$": ".ci/run does, in a clone",
    r"make slurm$|snakemake --profile profiles/slurm": "tests/cluster, where there is a SLURM",
    r"\. \S*.venv/bin/activate$": "it changes the reader's shell",
    r"(\S+=\S+ )?(vllm serve|python -m vllm)": "a server of the reader's, with the reader's model",
    r"transformers serve": "likewise",
    r"inspect eval|lm_eval": "programs that mores does not bring: tests/unit/exports",
    r"snakemake --report": "it takes results: tests/workflow/test_figures.py",
}


def pages() -> dict[str, list[str]]:
    """By page the commands that are not run elsewhere, each where it stands first."""
    found: dict[str, list[str]] = {}
    for command, page in {command: page for page, command in reversed(commands())}.items():
        if not any(re.match(pattern, command) for pattern in ELSEWHERE):
            found.setdefault(page, []).insert(0, command.removeprefix("exec "))
    return found


def test_nothing_is_excused_that_no_page_has():
    told = [command for _, command in commands()]
    for pattern in ELSEWHERE:
        assert any(re.match(pattern, command) for command in told), pattern
    for word in STANDS_FOR:
        assert any(word in command for command in told), word


@pytest.fixture
def home(new_checkout):
    """A folder with a clone called mores, which has a survey of WVS-7's items, raters' sheets."""
    clone = new_checkout().folder
    place = clone.parent / f"{clone.name}-home"
    place.mkdir()
    clone.rename(place / "mores")
    bank = load_bank(ROOT / "resources/items/wvs7.yaml")
    countries = re.findall(r"^  - ([A-Z]{3})$", (ROOT / "config/paper.yaml").read_text(), re.M)
    shares = {item.id: {str(item.codes[0]): 1.0} for item in bank.items.values()}
    (place / "mores/survey.json").write_text(json.dumps(dict.fromkeys(countries, shares)))
    (place / "mores/reviews").mkdir()
    return place


@pytest.mark.long
@pytest.mark.parametrize("page", pages())
def test_commands_are_understood(home, page):
    for command in pages()[page]:
        for word, stand_in in STANDS_FOR.items():
            command = command.replace(word, stand_in)
        words = shlex.split(command)
        line, there = tried(words)
        cwd = ROOT if there else home if "mores/" in command else home / "mores"
        done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        if words[0] == "python":
            known = set(re.findall(r"--[a-z-]+", done.stdout))
            assert {one for one in words if one.startswith("--")} <= known, command


def tried(words: list[str]) -> tuple[list[str], bool]:
    """A command that asks for the same and makes nothing, but for a new study's folder.

    Also told: whether it is tried in this checkout, where it changes nothing.
    """
    if words[0] == "snakemake":
        return [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "all", *words[1:]], False
    if words[0] == "make":
        return ["make", "--dry-run", *words[1:]], True
    assert words[0] == "python", f"nobody says how to try {shlex.join(words)}"
    if Path(words[1]).name == "new_study.py":
        return [sys.executable, *words[1:]], False
    return [sys.executable, words[1], "--help"], True
