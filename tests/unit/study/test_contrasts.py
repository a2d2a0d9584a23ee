"""Which contrasts a study makes."""

from pathlib import Path

import pytest

from mores.errors import InputError
from mores.study.checks import check
from mores.study.contrasts import contrasts
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]
SECOND = {"models": {"second": {"path": "resources/demo/model"}}}


@pytest.fixture(autouse=True)
def home(monkeypatch):
    monkeypatch.chdir(ROOT)


def found(overrides=None, evaluation="values"):
    settings = load_settings(["config/config.yaml"], overrides or {})
    check(settings)
    return {(one.name, one.model): one for one in contrasts(settings, evaluation)}


def test_methods_suggest_what_a_reader_will_ask():
    demo = found()
    names = {name for name, _ in demo}
    plain = {"topic", "top1", "ranked", "placebo", "sft", "cnca_sft", "cnca_dpo"}
    against_placebo = {"topic_placebo", "top1_placebo", "ranked_placebo"}
    assert names == plain | against_placebo | {"cnca_sft_sft", "cnca_dpo_cnca_sft"}
    assert (demo["top1_placebo", "demo"].of, demo["top1_placebo", "demo"].against) == (
        "top1",
        "placebo",
    )
    assert [name for (name, _), one in demo.items() if one.margin] == ["placebo"]


def test_a_variant_of_a_method_has_no_gain_of_its_own():
    reversed_ones = {
        "vanilla_r": {"order": "reversed"},
        "top1_r": {"norms": "top1", "order": "reversed"},
    }
    assert found({"methods": reversed_ones}).keys() == found().keys()


def test_each_models_gain_is_held_against_the_nexts():
    both = found(SECOND)
    one = both["top1_demo_second", "demo"]
    assert (one.than.model, one.than.of, one.than.against) == ("second", "top1", "vanilla")
    assert ("top1", "second") in both
    assert not any(name.startswith("placebo_demo") for name, _ in both)


def test_a_part_of_the_grid_has_the_contrasts_of_that_part():
    assert {name for name, _ in found({"methods": "vanilla,top1"})} == {"top1"}
    assert {name for name, _ in found({"methods": "placebo,top1"})} == {"top1_placebo"}


def test_what_the_configuration_names_stands_alone():
    own = {
        "dpo": {"of": "cnca_dpo", "against": "cnca_sft"},
        "thinking": {"of": "top1", "than": {"of": "topic"}},
        "none": {"of": "placebo", "margin": 2},
        "models": {"of": "top1", "than": {"model": "second"}},
    }
    named = found({"contrasts": own} | SECOND)
    assert named["thinking", "demo"].than.of == "topic"
    assert named["none", "demo"].margin == 2
    # No model's gain is held against itself.
    assert [model for name, model in named if name == "models"] == ["demo"]
    assert found({"contrasts": {}}) == {}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"of": "tops"}, r"contrasts.x.of: no 'tops' under `methods`; did you mean 'top1'\?"),
        ({"of": "top1", "model": "big"}, "contrasts.x.model: no 'big' under `models`"),
        ({"of": "top1", "than": {"against": "no"}}, "contrasts.x.than.against: no 'no'"),
    ],
)
def test_an_unknown_name_is_told(entry, told):
    with pytest.raises(InputError, match=told):
        found({"contrasts": {"x": entry}})


def test_an_evaluation_has_the_contrasts_of_the_methods_that_answer_it():
    quiz = {
        "kind": "choices",
        "path": "resources/demo/customs.jsonl",
        "methods": ["vanilla", "top1"],
    }
    assert {name for name, _ in found({"evaluations": {"quiz": quiz}}, "quiz")} == {"top1"}


def test_a_table_of_another_kind_is_no_evaluations_name():
    quiz = {"kind": "choices", "path": "resources/demo/customs.jsonl"}
    with pytest.raises(
        InputError, match=r"evaluations.contrasts: results/contrasts.tsv is a table"
    ):
        found({"evaluations": {"contrasts": quiz}})


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ({"contrast": "tops"}, r"hypotheses.h.contrast: no 'tops' under `contrasts`"),
        ({"contrast": "top1", "country": "XXX"}, "hypotheses.h.country: no 'XXX'"),
        ({"contrast": "top1", "model": "big"}, "hypotheses.h.model: no 'big'"),
    ],
)
def test_a_claim_on_nothing_is_told(claim, told):
    with pytest.raises(InputError, match=told):
        found({"hypotheses": {"h": claim}})


def test_a_claim_on_a_method_that_is_not_in_this_run_is_no_fault():
    found({"hypotheses": {"h": {"contrast": "ranked"}}, "methods": "vanilla,top1"})
