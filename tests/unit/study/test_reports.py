from pathlib import Path

import pytest

from mores.contents import file_digest
from mores.report.costs import Sampled
from mores.study.reports import (
    cells_guarded,
    explained,
    norms_reviewed,
    reported,
    review_scored,
    stated,
    traces_sampled,
)
from mores.study.settings import load_settings
from mores.study.specs import Specs

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def settings(**overrides):
    return load_settings(["config/config.yaml"], overrides)


def test_the_report_shows_the_effects_of_norms_where_they_are_measured():
    measured = settings(norm_effects={"methods": ["top1"]})
    assert reported(measured)["norm_effects"] == "results/norm_effects.tsv"
    assert "norm_effects" not in reported(settings())


def test_costs_count_traces_that_adapters_learn_from_or_learn_to_reject():
    found = traces_sampled(settings(countries="XAV", methods="top1,cnca_dpo"))
    assert found == {
        "results/rejected/cnca_sft/demo/XAV/XAV.jsonl": Sampled(model="demo", tuning="cnca_sft"),
        "results/traces/demo/XAV.jsonl": Sampled(model="demo"),
    }
    assert traces_sampled(settings(methods="top1,sft")) == {}


def test_people_judge_the_norms_that_countries_themselves_have_in_context():
    found = norms_reviewed(settings(countries="XAV,XLE"))
    assert found == [
        f"results/norms/{way}/demo/{country}/high.jsonl"
        for way in ("ranked", "top1", "topic")
        for country in ("XAV", "XLE")
    ]
    assert norms_reviewed(settings(methods="vanilla,placebo,cnca_sft")) == []


def test_tuned_methods_are_held_against_the_baseline_in_every_check():
    layers = ["config/config.yaml", "config/guardrails.yaml"]
    found = cells_guarded(
        load_settings(layers, {"countries": "XAV", "methods": "vanilla,top1,sft"})
    )
    assert list(found) == ["values", "harmful", "harmless", "skills"]
    assert {cell.method for of in found.values() for cell in of} == {"vanilla", "sft"}
    # Without a tuned method, or without what it is held against, there is nothing to check.
    for methods in ("vanilla,top1", "top1,sft"):
        assert cells_guarded(load_settings(layers, {"methods": methods})) == {}


def test_norms_are_looked_for_that_are_mined_in_any_case():
    """Of the model that mines them, and not of one that would mine for this table alone."""
    models = {name: {"path": "resources/demo/model"} for name in ("strong", "weak")}
    methods = {"borrowed": {"norms": "top1", "norm_model": "strong"}, "topic": None}
    few = dict.fromkeys(("top1", "ranked", "sft", "cnca_sft", "cnca_dpo"))
    changed = settings(methods=methods | few, models=models | {"demo": None}, countries="XLE,XAV")
    found = stated(changed)
    assert set(found) == {
        (method, model) for method in ("vanilla", "placebo", "borrowed") for model in models
    }
    cells, norms = found["vanilla", "weak"]
    assert [cell.country for cell in cells] == ["XAV", "XLE"]
    assert norms == [
        f"results/norms/top1/strong/{country}/high.jsonl" for country in ("XAV", "XLE")
    ]
    assert stated(settings(methods="vanilla,placebo,cnca_sft")) == {}
    of_default = stated(settings())["vanilla", "demo"][1]
    assert of_default[0] == "results/norms/top1/demo/XAV/high.jsonl"  # as traces, not of `topic`


def test_thinking_is_shown_of_the_first_method_with_each_way_s_own_norms_and_nothing_else():
    methods = {"few": {"norms": "top1", "norms_per_topic": 1}, "again": {"norms": "top1"}}
    found = explained(settings(methods=methods, countries="XLE,XAV"))
    assert [*found] == [(name, "demo") for name in ("vanilla", "topic", "top1", "ranked")]
    assert [cell.country for cell in found["top1", "demo"]] == ["XAV", "XLE"]
    assert explained(settings(methods="vanilla,placebo,sft")) == {}


def test_a_review_is_on_the_page_once_it_was_scored(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("config", "resources", "workflow", "Snakefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    assert review_scored() == {}
    (tmp_path / "results").mkdir()
    for path in ("results/norm_review_key.tsv", "results/norm_review_labels.tsv"):
        Path(path).write_text("id\n")
    spec = Specs(settings()).write_report(review_scored())
    assert spec.key == spec.labels == file_digest("results/norm_review_key.tsv")
    assert Specs(settings()).write_report().key == ""
