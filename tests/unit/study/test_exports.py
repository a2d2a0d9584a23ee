"""What exports tell: what is there, what is not, what is stale; on a study of a few files."""

import json
import zipfile
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.provenance.audit import Finding
from mores.shipped import ROOT
from mores.study.exports import export
from mores.study.grid import ADAPTER, TEST, path_of
from mores.study.plan import Result, Study
from mores.study.settings import load_settings
from mores.study.specs import Specs

TRAINED = ADAPTER.format(tuning="sft", model="demo", learner="XAV")
ASKED = path_of(TEST, model="demo", country="XAV")


@pytest.fixture
def specs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    only = {"countries": "XAV", "methods": "vanilla,sft"}
    return Specs(load_settings([ROOT / "config/config.yaml"], only))


def result(path, rule, **named):
    return Result(path, rule, named, {"rule": rule, "spec": {}})


RESULTS = [
    result(ASKED, "split_country", split="", country="XAV"),
    result(TRAINED, "train_adapter", tuning="sft", model="demo", learner="XAV"),
    result("results/contrasts.tsv", "score_contrasts"),
]


def test_nothing_to_export_is_told_in_a_line_and_nothing_written(specs):
    with pytest.raises(InputError, match=r"^results: nothing is there to export; run `snakemake"):
        export(Study(), specs, RESULTS, [])
    assert not Path("exports").exists()


def test_of_half_a_study_half_is_exported_and_the_rest_is_named(specs):
    Path(ASKED).parent.mkdir(parents=True)
    row = {"item": "CU02", "topic": "customs", "top": 2, "shares": {"2": 1.0}, "n": 9}
    Path(ASKED).write_text(json.dumps(row) + "\n")
    Path("results/norm_review_key.tsv").write_text("sheet\tsource\n1\ttop1\n")
    Path(TRAINED).mkdir(parents=True)
    states = ["stale", "fresh", "missing"]
    findings = [
        Finding(one.path, one.rule, state) for one, state in zip(RESULTS, states, strict=True)
    ]
    told = export(Study(), specs, RESULTS, findings)
    assert "exports/tasks        questions: 1\n" in told
    assert "exports/tables       tables: 0\n" in told
    assert "missing: results/contrasts.tsv: not made yet" in told
    assert f"unscored: {TRAINED}: adapters without a row in scores.tsv" in told
    assert "stale: 1 of the exported results" in told
    assert {path.name for path in Path("exports").iterdir()} == {"tasks", "study.zip"}


def test_results_of_a_module_are_exported_beside_them(specs):
    """As another workflow has them that uses this one with a prefix."""
    below = Path("deep", ASKED)
    below.parent.mkdir(parents=True)
    below.write_text('{"item": "CU02", "topic": "customs", "top": 2, "shares": null, "n": 9}\n')
    Path("deep/results/scores.tsv").write_text("country\tmodel\tmethod\nXAV\tdemo\ttop1\n")
    results = [result(str(below), "split_country", split="", country="XAV")]
    export(Study(), specs, results, [])
    assert {path.name for path in Path("deep/exports").iterdir()} == {
        "tables",
        "tasks",
        "study.zip",
    }
    with zipfile.ZipFile("deep/exports/study.zip") as packed:
        assert {str(below), "deep/results/scores.tsv"} <= set(packed.namelist())


def test_a_table_that_is_cut_leaves_no_half_of_an_export(specs):
    Path(ASKED).parent.mkdir(parents=True)
    Path(ASKED).write_text('{"item": "CU02", "to')
    with pytest.raises(InputError, match=rf"{ASKED}, line 1: not JSON"):
        export(Study(), specs, RESULTS, [])
    assert not Path("exports/tasks").exists()
