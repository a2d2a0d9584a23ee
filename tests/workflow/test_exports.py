"""Exports of a study that Snakemake really ran: all forms, and nothing else changed by them."""

import csv
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

TARGETS = "results/survey/split.tsv"  # what the study is run for here; the rest is the test's
pytestmark = pytest.mark.long  # a study in whose place unit tests have rows
PART = ("--config", "countries=XAV,XBO", "methods=vanilla,top1")


def test_what_is_there_is_exported_and_the_rest_is_told(project):
    project.run(*PART, target="results/scores.tsv")
    before = project.contents()
    asked = project.player.asked
    told = project.run(*PART, target="exports")

    assert "exports/tables" in told and "unscored" not in told
    assert "missing: results/" in told and "not made yet, so not exported" in told
    assert project.contents() == before and project.player.asked == asked
    assert "Nothing to be done" in project.snakemake(*PART, target="results/scores.tsv").stderr

    table = pl.read_parquet("exports/tables/scores.parquet")
    with open("results/scores.tsv", newline="") as stream:
        text = [*csv.DictReader(stream, delimiter="\t")]
    assert table["alignment"].to_list() == [float(row["alignment"]) for row in text]
    assert table["method"].to_list() == [row["method"] for row in text]

    answers = pl.read_parquet("exports/dataset/answers/**/*.parquet")
    assert set(answers["method"]) == {"vanilla", "top1"}
    assert set(answers["country"]) == {"XAV", "XBO"}
    card = Path("exports/dataset/README.md").read_text(encoding="utf-8")
    assert f"{answers.height} rows, split `test`" in card and '"traces"' not in card

    with open("exports/tasks/data/XAV.jsonl") as stream:
        tasks = [json.loads(line) for line in stream]
    with open("results/survey/XAV/test.jsonl") as stream:
        people = {row["item"]: row["top"] for row in map(json.loads, stream)}
    assert {one["metadata"]["item"]: one["metadata"]["code"] for one in tasks} == people

    check_archive(project)


def check_archive(project):
    """Every result is in it, and what made it."""
    with zipfile.ZipFile("exports/study.zip") as packed:
        names = set(packed.namelist())
        document = json.loads(packed.read("ro-crate-metadata.json"))
    results = {path for path in project.contents() if not path.endswith(".safetensors")}
    assert results <= names
    assert {"study.yaml", "bank.yaml", "config/config.yaml", "configuration.json"} <= names
    assert "mores/workflow/scripts/mores/exports/crate.py" in names
    files = {one["name"] for one in document["@graph"] if "File" in one["@type"]} | {"mores"}
    assert names - files <= {"ro-crate-metadata.json", "mores/workflow/Snakefile"}
    made = {one["@id"]: one for one in document["@graph"] if one["@type"] == "CreateAction"}
    table = made["#results/scores.tsv"]
    assert {one["@id"] for one in table["object"]} >= {"results/cells/values/top1/demo/XAV.json"}
