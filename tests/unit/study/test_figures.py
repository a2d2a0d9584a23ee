"""Which figures a study has something for, and what each is drawn from."""

from pathlib import Path

import pytest

from mores.study.figures import figures, norm_counts, norm_sources
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]
ALWAYS = ["scores", "contrasts", "heat", "topics", "invalid", "uncertainty"]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def settings(**overrides):
    return load_settings(["config/config.yaml"], overrides)


def test_the_demo_has_a_plane_and_curves_of_training():
    found = figures(settings())
    assert [*found] == [*ALWAYS, "plane", "training"]
    assert found["plane"].inputs["people"][0] == "results/survey/XAV/test.jsonl"
    adapters = found["training"].inputs["adapters"]
    assert len(adapters) == 3 * 6 and "results/adapters/sft/demo/XMO" in adapters


def test_two_countries_span_no_plane_and_what_is_not_tuned_has_no_curve():
    assert [*figures(settings(countries="XAV,XBO", methods="vanilla,top1"))] == ALWAYS


@pytest.mark.parametrize(
    ("method", "figure"),
    [
        ({"norms": "top1", "norms_per_topic": 1}, "norm_counts"),
        ({"norms": "top1", "norm_model": "other"}, "norm_sources"),
        ({"order": "reversed"}, "consistency"),
    ],
)
def test_methods_that_differ_in_one_key_have_a_figure_of_it(method, figure):
    models = {"other": {"path": "resources/demo/model"}}
    assert figure in figures(settings(methods={"more": method}, models=models))


def test_methods_that_differ_in_more_are_not_held_side_by_side():
    methods = {"more": {"norms": "ranked", "norms_per_topic": 1}}
    assert norm_counts(settings(methods=methods)) == {"ranked": {1: "more", 3: "ranked"}}
    given = settings(methods=methods | {"other": {"norms": "ranked", "norm_model": "demo"}})
    assert norm_sources(given) == {"ranked": {"": "ranked", "demo": "other"}}


def test_other_evaluations_have_figures_where_there_is_something_to_hold_them_against():
    cdeval = {"kind": "cdeval", "path": "resources/cdeval/items.json"}
    pact = {"kind": "pact", "path": "resources/pact/demo.csv"}
    found = figures(settings(evaluations={"dims": cdeval, "wishes": pact}))
    assert found["wishes_tradeoff"].inputs["allowed"] == "results/wishes.tsv"
    assert "dims_profiles" not in found  # nobody surveyed invented countries
    found = figures(settings(evaluations={"dims": cdeval}, countries="USA,XAV"))
    assert found["dims_profiles"].drawing == "profiles"
