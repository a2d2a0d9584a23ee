"""A leak planted in a result, or in a template, stops the survey's tables, in one line."""

import json
import re
from pathlib import Path

import pytest

from mores.method.items import load_bank

pytestmark = pytest.mark.long

TARGETS = "results/survey/split.tsv"  # what the study is run for here; the rest is the test's
METHODS = ("--config", "countries=XAV,XBO", "methods=vanilla,top1")
METHODS += ("replicates={methods: [], mining: 1}",)
NORMS = "results/norms/top1/demo/XAV/high.jsonl"


def test_a_leak_stops_the_tables_and_its_mend_lets_them_be_made(project):
    project.run(*METHODS, target="results/scores.tsv results/stated.tsv")
    stated = [line.split("\t") for line in Path("results/stated.tsv").read_text().splitlines()]
    assert [row[:4] for row in stated[1:3]] == [
        ["MEAN", "demo", "vanilla", "none"],
        ["MEAN", "demo", "top1", "own"],
    ]
    assert all(row[5:] == ["0.0000"] * 3 for row in stated[1:])  # the player states none
    table = (project.folder / "results/leaks.tsv").read_text().splitlines()
    assert [line.split("\t")[0] for line in table[1:]] == [
        NORMS.replace("XAV/high", one) for one in ("XAV/high", "XAV/low", "XBO/high", "XBO/low")
    ]
    item = a_test_item(project)
    path = project.folder / NORMS
    whole = path.read_text()
    rows = [json.loads(line) for line in whole.splitlines()]
    rows[1]["norms"][0] = f"Asked {item.wording} people here agree."
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    before = (project.folder / "results/scores.tsv").stat().st_mtime_ns
    told = stopped(project)
    wanted = rf"{NORMS}, line 2: has 100% of the wording of the test item {item.id}; scores would"
    assert re.search(wanted, told), told[-3000:]
    assert "Traceback" not in told
    assert (project.folder / "results/scores.tsv").stat().st_mtime_ns == before
    assert not (project.folder / "results/leaks/demo/XAV.jsonl").exists()
    path.write_text(whole)
    project.run(*METHODS, target="results/scores.tsv")

    project.edit("resources/prompts/low_norm.j2", "Here is a", f"{item.wording} Here is a")
    told = stopped(project)
    assert re.search(r"low\.jsonl, line 1: its prompt has 100% of the wording", told), told[-3000:]


def a_test_item(project):
    split = (project.folder / "results/survey/split.tsv").read_text().splitlines()
    name = next(line.split("\t")[0] for line in split if line.endswith("test"))
    return load_bank(project.folder / "bank.yaml").items[name]


def stopped(project) -> str:
    done = project.snakemake(*METHODS, target="results/scores.tsv")
    assert done.returncode != 0
    return done.stdout + done.stderr
