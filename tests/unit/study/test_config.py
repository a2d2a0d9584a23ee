import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mores.errors import InputError
from mores.method.objectives import dpo, sft
from mores.method.objectives.common import module_of
from mores.spec import Section
from mores.study.config import TAGGED, TUNINGS, Config, parse_config

ROOT = Path(__file__).parents[3]


def minimal() -> dict:
    """The smallest valid configuration."""
    return {
        "survey": {"path": "survey.json", "bank": "bank.yaml"},
        "countries": ["KEN"],
        "country_names": "countries.yaml",
        "prompts": "prompts",
        "neutral": "neutral.txt",
        "models": {"small": {"path": "folder"}},
        "methods": {"vanilla": {}, "top1": {"norms": "top1"}},
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"contries": []}, "contries: unknown key; did you mean `countries`?"),
        ({"answers": {"sampels": 2}}, "answers.sampels: unknown key; did you mean `samples`?"),
        (
            {"answers": {"sampling": {"temprature": 1}}},
            "answers.sampling.temprature: unknown key; did you mean `temperature`?",
        ),
        (
            {"methods": {"mine": {"norm": "top1"}}},
            "methods.mine.norm: unknown key; did you mean `norms`?",
        ),
        (
            {"engine": {"endpoints": {"small": {"adress": "x"}}}},
            "engine.endpoints.small.adress: unknown key; valid keys: url, served_model",
        ),
        ({"scores": {"resamples": 1}}, "scores.resamples: Input should be greater than"),
        ({"methods": {"top 1": {}}}, "methods.top 1"),
        (
            {"tunings": {"mine": {"learning_rate": 1}}},
            "tunings.mine.objective: name one of sft, dpo",
        ),
        ({"tunings": {"mine": {"objective": "ppo"}}}, "tunings.mine.objective: name one of"),
        ({"tunings": {"mine": {"objective": "sft"}}}, "tunings.mine.data: missing"),
        (
            {"tunings": {"mine": {"objective": "sft", "data": "pairs"}}},
            "tunings.mine.data: Input should be 'answers' or 'traces' (given: 'pairs')",
        ),
        (
            {"tunings": {"mine": {"objective": "sft", "data": "answers", "rnk": 8}}},
            "tunings.mine.rnk: unknown key; did you mean `rank`?",
        ),
        (
            {"tunings": {"mine": {"objective": "sft", "data": "answers", "start": "sft"}}},
            "tunings.mine.start: unknown key; ",
        ),
        (
            {"tunings": {"mine": {"objective": "dpo", "start": "sft", "rank": 8}}},
            "tunings.mine.rank: unknown key; ",
        ),
        ({"tunings": {"mine": {"objective": "dpo"}}}, "tunings.mine.start: missing"),
        ({"tunings": {"a b": {"objective": "dpo", "start": "sft"}}}, "tunings.a b"),
        ({"tunings": 1}, "tunings: Input should be a valid dictionary"),
        (
            {"answers": {"sampling": {"temperature": float("inf")}}},
            "answers.sampling.temperature: Input should be a finite number",
        ),
        ({"answers": {"sampling": {"seed": -1}}}, "answers.sampling.seed: Input should be greater"),
        ({"scores": {"seed": 2**32}}, "scores.seed: Input should be less than 4294967296"),
        ({"split": {"seed": -1}}, "split.seed: Input should be greater than or equal to 0"),
        ({"answers": {"samples": True}}, "answers: Value error, samples: a number is wanted"),
        (
            {"tunings": {"m": {"objective": "sft", "data": "answers", "learning_rate": "inf"}}},
            "tunings.m.learning_rate: Input should be a finite number",
        ),
        ({"methods": {"m" * 300: {}}}, "String should match pattern"),
        ({"models": {"m": {"path": "p" * 300}}}, "models.m.path: Value error, no file can be"),
        ({"engine": {"max_lora_rank": 513}}, "engine.max_lora_rank: Input should be less than"),
    ],
)
def test_faults_name_the_key_and_the_mend(change, told):
    with pytest.raises(InputError) as error:
        parse_config(minimal() | change)
    assert told in str(error.value)


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError, match=r"2 fault\(s\)(.|\n)*survey\.path(.|\n)*modls"):
        parse_config(minimal() | {"survey": {"bank": "b"}, "modls": {}})


def test_a_missing_survey_is_told_with_its_mend():
    with pytest.raises(InputError, match="name your survey file with `--config survey=FILE`"):
        parse_config(minimal() | {"survey": {"bank": "bank.yaml"}})


def test_a_tuning_has_the_keys_of_its_objective():
    folder = ROOT / "workflow/scripts/mores/method/objectives"
    modules = {path.stem for path in folder.glob("[a-z]*.py")} - {"common"}
    assert {name: module_of(name).Settings for name in modules} == TAGGED["tunings"][1]
    raw = minimal() | {"tunings": {"mine": {"objective": "dpo", "start": "sft", "beta": 0.2}}}
    found = parse_config(raw).tunings["mine"]
    assert isinstance(found, dpo.Settings) and found.beta == 0.2
    assert {name: type(one) for name, one in TUNINGS.items()} == {
        "sft": sft.Settings,
        "cnca_sft": sft.Settings,
        "cnca_dpo": dpo.Settings,
    }


def test_schema_is_the_code_s(tmp_path):
    """Mended by `make_config_schema.py --output workflow/schemas/config.schema.json`."""
    made, script = tmp_path / "schema.json", ROOT / "workflow/scripts/make_config_schema.py"
    subprocess.run([sys.executable, script, "--output", made], check=True)
    assert made.read_bytes() == (ROOT / "workflow/schemas/config.schema.json").read_bytes()


def keys_of(section: type[Section], prefix: str = "") -> set[str]:
    keys = set()
    for name, field in section.model_fields.items():
        kind = field.annotation
        below = isinstance(kind, type) and issubclass(kind, Section)
        keys |= keys_of(kind, f"{prefix}{name}.") if below else {prefix + name}
    return keys


def test_the_default_configuration_shows_every_key():
    raw = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    shown = set()
    ahead = [("", raw)]
    while ahead:
        prefix, section = ahead.pop()
        for key, value in section.items():
            shown.add(prefix + key)
            if isinstance(value, dict):
                ahead.append((f"{prefix}{key}.", value))
    assert keys_of(Config) <= shown
    for tuning in TUNINGS:
        keys = TAGGED["tunings"][1][raw["tunings"][tuning]["objective"]].model_fields
        assert raw["tunings"][tuning].keys() == keys.keys()
    assert set(Config.model_fields["models"].annotation.__args__[1].model_fields) == set(
        raw["models"]["demo"]
    )
