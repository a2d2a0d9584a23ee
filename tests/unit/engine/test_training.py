"""Keys of trainings; trainings themselves are run in tests/e2e/test_training.py."""

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from mores.contents import content_digest
from mores.engine.adapter_store import adapters
from mores.engine.ordering import train_once
from mores.engine.settings import Engine, Resources, Training
from mores.engine.training import Ordered, Trainee
from mores.files import write_json
from mores.method.models import ModelSpec
from mores.method.objectives import dpo, sft
from mores.provenance.fingerprint import module_digests, module_file

EXAMPLES = [{"prompt": "a", "answer": "1"}, {"prompt": "b", "answer": "2"}]
SFT = sft.Settings(objective="sft", data="answers")
DPO = dpo.Settings(objective="dpo", start="sft")


def trainee(settings=SFT, **given) -> Trainee:
    code = module_digests(module_file(f"mores.method.objectives.{settings.objective}"))
    return Trainee(
        **{
            "name": "demo",
            "model": ModelSpec(path="someone/tiny", revision="abc", dtype="float32"),
            "model_digest": "someone/tiny@abc",
            "folder": "someone/tiny",
            "settings": settings,
            "made_by": {"packages": {"torch": ["2.0"], "trl": ["1.0"]}, "code": code},
            "start": Path("results/adapters/sft/demo/XAV") if settings is DPO else None,
            "start_digest": "d1g35t" if settings is DPO else None,
        }
        | given
    )


KEY = trainee().key(EXAMPLES)


@pytest.mark.parametrize(
    "examples",
    [
        EXAMPLES[::-1],
        EXAMPLES[:1],
        [*EXAMPLES, EXAMPLES[0]],
        [EXAMPLES[0], EXAMPLES[1] | {"answer": "3"}],
        [EXAMPLES[0], EXAMPLES[1] | {"country": "XAV"}],
        [],
    ],
)
def test_a_key_tells_the_examples_and_their_order(examples):
    assert trainee().key(examples) != KEY


def another(settings, name: str):
    """The settings with another value of a key."""
    old, kind = getattr(settings, name), type(settings).model_fields[name].annotation
    if isinstance(old, str):
        others = [one for one in get_args(kind) if one != old] or [f"{old}2"]
        return settings.model_copy(update={name: others[0]})
    return settings.model_copy(update={name: old * 2 if old else 1})


@pytest.mark.parametrize(
    ("settings", "name"),
    [(settings, name) for settings in (SFT, DPO) for name in type(settings).model_fields],
)
def test_a_key_tells_every_key_of_the_settings(settings, name):
    changed = another(settings, name)
    assert changed != settings
    before = trainee(settings)
    assert replace(before, settings=changed).key(EXAMPLES) != before.key(EXAMPLES)


@pytest.mark.parametrize("settings", [SFT, DPO], ids=["sft", "dpo"])
def test_a_key_tells_base_start_packages_and_code(settings):
    given = trainee(settings)
    packages, code = given.made_by["packages"], given.made_by["code"]
    module = f"mores/method/objectives/{settings.objective}.py"
    others = [
        replace(given, model_digest="someone/tiny@def"),
        replace(given, model=given.model.model_copy(update={"dtype": "bfloat16"})),
        replace(given, start_digest="another"),
        replace(given, made_by=given.made_by | {"packages": packages | {"torch": ["2.1"]}}),
        replace(given, model=given.model.model_copy(update={"path": "elsewhere"})),
        replace(given, made_by=given.made_by | {"packages": packages | {"trl": ["1.1"]}}),
        replace(given, made_by=given.made_by | {"code": code | {module: "other"}}),
    ]
    keys = {one.key(EXAMPLES) for one in (given, *others)}
    assert module in code
    assert len(keys) == len(others) + 1


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "renamed"},
        {"start": Path("work/adapters/0a")},
        {"folder": "/elsewhere/base"},
    ],
)
def test_a_key_does_not_tell_names_and_places(changed):
    assert replace(trainee(), **changed).key(EXAMPLES) == KEY


def test_what_was_trained_in_one_way_is_not_trained_again_in_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = adapters(Path("work")) / KEY
    kept.mkdir(parents=True)
    (kept / "adapter_model.safetensors").touch()
    write_json(kept.with_name(f"{KEY}.json"), content_digest(kept))
    ways = [Training(), Training(gradient_checkpointing=True, save_steps=1)]
    for runtime in ways:
        for launcher in ("local", "slurm"):
            how = (runtime, Engine(launcher=launcher), Resources(), Path("work"))
            assert train_once(trainee(name="other"), *how)(EXAMPLES) == kept


@pytest.mark.parametrize("settings", [SFT, DPO], ids=["sft", "dpo"])
def test_what_is_ordered_is_read_as_it_was_told(settings):
    training = Training(save_steps=7)
    ordered = Ordered(trainee(settings), EXAMPLES, training, Path("work"), threads=2)
    assert Ordered.read(json.loads(json.dumps(ordered.told()))) == ordered
