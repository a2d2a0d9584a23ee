from pathlib import Path

import pytest

from mores.study.settings import load_settings
from mores.study.sources import sources

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def found(methods, **overrides):
    return sources(load_settings(["config/config.yaml"], {"methods": methods, **overrides}))


def test_a_study_without_norms_and_adapters_rests_on_none():
    assert found("vanilla") == {}


def test_norms_stand_with_those_that_they_came_from_under_the_country_that_lent_them():
    one = found({"lent": {"norms": "ranked", "norm_country": "XMO"}}, countries="XAV,XBO")
    lent = {path: way for path, way in one["demo", "XMO"]["low"].items() if way == "ranked"}
    assert lent == {"results/norms/ranked/demo/XMO/low.jsonl": "ranked"}
    topic = found({"t": {"norms": "topic"}} | dict.fromkeys(BUT_VANILLA), countries="XAV")
    assert topic["demo", "XAV"] == {
        "low": {},
        "high": {"results/norms/topic/demo/XAV/high.jsonl": "topic"},
        "traces": {},
        "examples": {},
    }


def test_an_adapter_rests_on_the_traces_and_examples_of_all_that_it_starts_from():
    one = found("cnca_dpo", countries="XAV")["demo", "XAV"]
    assert [*one["examples"]] == [
        "results/examples/cnca_dpo/demo/XAV/XAV.jsonl",
        "results/examples/cnca_sft/demo/XAV/XAV.jsonl",
    ]
    assert [*one["traces"]] == ["results/traces/demo/XAV.jsonl"]
    assert one["low"] == {"results/norms/top1/demo/XAV/low.jsonl": "top1"}
    assert one["high"] == {}


def test_traces_rest_on_norms_of_the_model_that_mined_them():
    models = {"strong": {"path": "resources/demo/model"}}
    one = found("cnca_sft", countries="XAV", models=models, traces={"norm_model": "strong"})
    assert one["demo", "XAV"]["low"] == {}
    assert [*one["demo", "XAV"]["traces"]] == ["results/traces/demo/XAV.jsonl"]
    assert one["strong", "XAV"]["low"] == {"results/norms/top1/strong/XAV/low.jsonl": "top1"}


def test_a_pooled_adapter_rests_on_every_country_s_rows():
    pooled = {"pooled": {"tuning": "sft", "scope": "pooled"}} | dict.fromkeys(BUT_VANILLA)
    every = found(pooled, countries="XAV")
    assert len(every) == 6
    assert [*every["demo", "XBO"]["examples"]] == ["results/examples/sft/demo/POOLED/XBO.jsonl"]


BUT_VANILLA = ("topic", "top1", "ranked", "placebo", "sft", "cnca_sft", "cnca_dpo")
