from pathlib import Path

import pytest

from mores.report.costs import Sampled
from mores.study.reports import (
    cells_guarded,
    norms_reviewed,
    reported,
    stated,
    traces_sampled,
)
from mores.study.settings import load_settings

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
