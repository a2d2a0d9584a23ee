from pathlib import Path

import pytest

from mores.errors import InputError
from mores.study.checks import check
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]
ENDPOINT = {"url": "http://localhost:1/v1", "served_model": "m"}


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def check_with(**overrides):
    check(load_settings(["config/config.yaml"], overrides))


def test_the_default_is_sound():
    check_with()


@pytest.mark.parametrize("name", ["customs", "cdeval", "pact", "guardrails"])
def test_the_examples_are_sound(name):
    check(load_settings(["config/config.yaml", f"config/{name}.yaml"], {}))


@pytest.mark.parametrize(
    "path", ["deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "resources/demo/model"]
)
def test_a_model_is_a_folder_or_a_hub_id(path):
    check_with(models={"mine": {"path": path}})


def test_an_endpoint_with_its_key_is_sound(monkeypatch):
    monkeypatch.setenv("MORES_TEST_KEY", "x")
    entry = ENDPOINT | {"key_variable": "MORES_TEST_KEY"}
    check_with(engine={"launcher": "endpoint", "endpoints": {"demo": entry}})


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"survey": "none.csv"}, "survey.path: no file none.csv"),
        ({"survey": {"bank": "resources"}}, "survey.bank: no file resources"),
        ({"prompts": "config"}, "prompts: no template low_norm.j2 in config"),
        ({"models": {"demo": {"path": "a/b/c"}}}, "models.demo.path: no folder a/b/c"),
        ({"models": {"demo": {"path": "config"}}}, "models.demo.path: config holds no model"),
        ({"methods": {"x": {"norm_country": "random"}}}, "methods.x.norm_country: whose norms?"),
        (
            {"methods": {"x": {"norms": "rankd"}}},
            "methods.x.norms: no 'rankd' under `mining: ways`",
        ),
        ({"methods": {"x": {"norms": "rankd"}}}, "did you mean 'ranked'?"),
        ({"methods": {"x": {"norms": "top1", "norm_model": "m"}}}, "no 'm' under `models`"),
        ({"methods": {"x": {"tuning": "dpo"}}}, "methods.x.tuning: no 'dpo' under `tunings`"),
        ({"methods": {"x": {"tuning_country": "XAV"}}}, "methods.x.tuning_country: whose tuning?"),
        ({"methods": {"x": {"norms": "top1", "norm_country": "ZZZ"}}}, "'ZZZ' is not among"),
        ({"methods": {"x": {"control": "neutral"}}}, "methods.x.control: of which norms?"),
        (
            {"methods": {"x": {"norms": "top1", "without": 4}}},
            "methods.x.without: 4, but only 3 norms stand there",
        ),
        (
            {"replicates": {"methods": ["tops"], "mining": 2}},
            "replicates.methods: no 'tops' under `methods`",
        ),
        ({"replicates": {"training": 2}}, "replicates.training: of which methods? name them"),
        ({"replicates": {"methods": ["top1"]}}, "replicates.methods: of what several draws?"),
        ({"norm_effects": {"methods": ["tops"]}}, "norm_effects.methods: no 'tops'"),
        (
            {"norm_effects": {"methods": ["cnca_sft"]}},
            "norm_effects.methods: cnca_sft has no norms",
        ),
        (
            {"norm_effects": {"methods": ["top1"], "countries": ["XZZ"]}},
            "norm_effects.countries: no 'XZZ'",
        ),
        ({"methods": {"x": {"norms_per_topic": 2}}}, "methods.x.norms_per_topic: of which norms?"),
        (
            {"methods": {"x": {"norms": "top1", "norms_per_topic": 4}}},
            "methods.x.norms_per_topic: 4, but `mining: norms_per_topic` has only 3 mined",
        ),
        (
            {
                "mining": {"ways": {"two": {"answers": "top", "norms_per_topic": 2}}},
                "methods": {"x": {"norms": "two", "norms_per_topic": 3}},
            },
            "3, but `mining: ways: two: norms_per_topic` has only 2 mined",
        ),
        (
            {"evaluations": {"p": {"kind": "pact", "topics": {"family": "faiths"}}}},
            "evaluations.p.topics: no 'faiths' under `topics of the item bank`; did you mean",
        ),
        (
            {"evaluations": {"p": {"kind": "pact", "names": {"UK": "GBX"}}}},
            "evaluations.p.names: no 'GBX' under `country_names`",
        ),
        ({"methods": {"x": {"examples": 6}}}, "methods.x.examples: 6, but"),
        (
            {"methods": {"x": {"labels": "letters", "distribution": "stated"}}},
            "methods.x.labels: percentages are stated by codes",
        ),
        (
            {
                "methods": {"x": {"order": "reversed"}},
                "evaluations": {"p": {"kind": "pact", "methods": ["x"]}},
            },
            "evaluations.p: x puts questions its own way",
        ),
        ({"methods": {"x": {"wording": 2}}}, "methods.x.wording: no item of resources/items/demo"),
        ({"methods": {"x": {"thinking": 256}}}, "methods.x.thinking: 256 tokens leave none"),
        ({"methods": {"x": {"prompt": "verse"}}}, "prompts: no template verse.j2"),
        ({"neutral": "none.txt"}, "neutral: no file none.txt"),
        ({"tunings": {"cnca_dpo": {"start": "sft"}}}, "tunings.cnca_dpo.start: must name a tuning"),
        (
            {"tunings": {"cnca_dpo": {"start": "gone"}}},
            "tunings.cnca_dpo.start: must name a tuning on traces (cnca_sft)",
        ),
        ({"tunings": {"cnca_dpo": {"start": "cnca_dpo"}}}, "tunings.cnca_dpo.start: must name"),
        ({"traces": {"right_per_item": 0}}, "traces.right_per_item: Input should be greater than"),
        ({"traces": {"chosen": "sft"}}, "traces.chosen: Input should be 'distilled' or 'tuned'"),
        ({"traces": {"norm_model": "m"}}, "traces.norm_model: no 'm' under `models`"),
        ({"split": {"by": "batery"}}, "split.by: Input should be 'item' or 'battery'"),
        ({"traces": {"norms": "topic"}}, "traces.norms: must name a way with low-level norms"),
        ({"mining": {"ways": {"top1": {"top_k": 2}}}}, "mining.ways.top1: top_k, min_share"),
        ({"methods": {"x": {"prompt": "high_norm"}}}, "methods.x.prompt: 'high_norm' mines norms"),
        (
            {"methods": "vanilla", "answers": {"sampling": {"max_tokens": 2048}}},
            "answers.sampling.max_tokens: 2048, but models.demo has a max_model_len of 2048",
        ),
        (
            {"methods": "vanilla,sft", "engine": {"max_lora_rank": 8}},
            "engine.max_lora_rank: 8, but tunings.sft.rank is 16: raise it",
        ),
        ({"training": {"report_to": "trackio"}}, "training.report_to: trackio is not installed"),
        ({"engine": {"launcher": "endpoint"}}, "engine.endpoints: no entry for model demo"),
        (
            {
                "engine": {
                    "launcher": "endpoint",
                    "endpoints": {"demo": ENDPOINT | {"key_variable": "MORES_NO_SUCH_KEY"}},
                }
            },
            "the environment has no MORES_NO_SUCH_KEY; export it",
        ),
    ],
)
def test_what_a_run_would_miss_is_told(overrides, told):
    with pytest.raises(InputError) as error:
        check_with(**overrides)
    assert told in str(error.value)


def test_what_is_not_asked_need_not_fit():
    check_with(methods="vanilla", mining={"sampling": {"max_tokens": 4096}})
    check_with(methods="vanilla", engine={"max_lora_rank": 8})


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError, match=r"2 fault\(s\)"):
        check_with(survey="none.csv", models={"demo": {"path": "a/b/c"}})


def test_a_lone_country_has_no_placebo(tmp_path):
    alone = tmp_path / "alone.yaml"
    alone.write_text("countries: [XAV]\n")
    with pytest.raises(InputError, match=r"methods\.placebo\.norm_country: no other country"):
        check(load_settings(["config/config.yaml", alone], {}))


@pytest.mark.parametrize(
    ("guardrails", "told"),
    [
        (["skill"], r"guardrails: no 'skill' under `evaluations`; did you mean 'skills'\?"),
        (["values"], "guardrails: values is of kind survey; name evaluations of choices"),
        (["skills"], "guardrails: evaluations.skills.methods lacks vanilla; add it"),
    ],
)
def test_guardrails_are_evaluations_that_the_base_model_answers(guardrails, told):
    path = "resources/guardrails/skills.jsonl"
    skills = {"kind": "choices", "path": path, "methods": ["sft"]}
    with pytest.raises(InputError, match=told):
        check_with(evaluations={"skills": skills}, guardrails=guardrails)
