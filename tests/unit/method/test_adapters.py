"""Adapters' folders: what they hold, what their cards say, and the cards of published ones."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

from mores.canonical import digest
from mores.engine.training import _save
from mores.errors import InputError
from mores.files import write_json, write_jsonl
from mores.method.adapters import (
    SHOWN,
    Lesson,
    Publishing,
    Training,
    card,
    publish_adapter,
    train_adapter,
)
from mores.method.models import ModelSpec
from mores.rows import Folder
from mores.runner import write

HISTORY = [{"loss": 2.5, "step": 1}, {"loss": 1.25, "step": 2}, {"loss": 0.125, "step": 3}]
PROBES = [{"prompt": "Which?", "expected": "so"}]
SETTINGS = {"objective": "sft", "data": "traces", "rank": 4, "epochs": 5, "learning_rate": 0.0003}


@pytest.fixture
def lesson():
    return Lesson(
        base="some/model",
        revision=None,
        base_digest="ba5e",
        tuning="cnca_sft",
        learner="POOLED",
        countries=["XAV", "XBO"],
        examples=7,
        data_digest="da7a",
        start=None,
        settings={"learning_rate": 0.0003, "rank": 4, "epochs": 5},
    )


def test_a_card_tells_the_base_and_where_it_comes_from(lesson):
    text = card(lesson, HISTORY)
    assert '\nbase_model: "some/model"\n' in text
    assert "| base model | some/model |" in text
    assert "| base digest | ba5e |" in text
    assert "| base revision | not pinned |" in text


def test_a_card_tells_who_taught_it_and_from_what(lesson):
    text = card(lesson, HISTORY)
    assert "# cnca_sft of some/model: POOLED\n" in text
    assert "| countries | XAV, XBO |" in text
    assert "| examples | 7 |" in text
    assert "| data digest | da7a |" in text


def test_a_card_tells_the_settings_and_the_loss(lesson):
    text = card(lesson, HISTORY)
    assert "| learning_rate | 0.0003 |\n| rank | 4 |\n| epochs | 5 |\n" in text
    assert "| optimizer steps | 3 |" in text
    assert "| loss, first and last | 2.5000, 0.1250 |" in text


def test_a_card_ends_in_scores_where_there_are_any(lesson):
    assert card(lesson, HISTORY, "| alignment | 71.2 |\n").endswith("| alignment | 71.2 |\n")


def test_the_front_of_a_card_is_yaml(lesson):
    _, front, _ = card(lesson, HISTORY).split("---\n", 2)
    assert yaml.safe_load(front) == {
        "base_model": "some/model",
        "library_name": "peft",
        "tags": ["mores", "cultural-alignment", "cnca_sft"],
    }


def test_a_card_tells_what_the_training_started_from(lesson):
    assert "| started from | a new LoRA |" in card(lesson, HISTORY)
    told = card(replace(lesson, start="results/adapters/cnca_sft"), HISTORY)
    assert "| started from | results/adapters/cnca_sft |" in told


@pytest.fixture
def training():
    return Training(
        trainer=1,
        tuning="cnca_sft",
        learner="POOLED",
        countries=("XBO", "XAV"),
        settings=SETTINGS,
        model=ModelSpec(path="some/model", revision="abc"),
        model_digest="ba5e",
        packages={},
    )


@pytest.fixture
def trained(tmp_path):
    """What training leaves of an adapter: PEFT's files, a row per step, probes."""
    config = Qwen2Config(
        vocab_size=16,
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
    )
    adapted = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    folder = tmp_path / "trained"
    _save(folder, get_peft_model(Qwen2ForCausalLM(config), adapted), HISTORY, PROBES, "a/base")
    return folder


ROWS = [{"item": "CU01", "country": "XBO"}, {"item": "CU01", "country": "XAV"}]
EXAMPLES = [ROWS[:1], ROWS[1:]]  # of one country after the other


def test_an_adapters_folder_holds_pefts_files_the_log_the_probes_and_the_card(
    training, trained, tmp_path
):
    made = tmp_path / "made"
    write(made, train_adapter(training, EXAMPLES, lambda rows: trained))
    files = {path.name for path in made.iterdir()}
    assert {"adapter_config.json", "adapter_model.safetensors", "README.md"} <= files
    log = (made / "training.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in log] == HISTORY
    assert json.loads((made / "probes.json").read_text()) == PROBES
    told = json.loads((made / "lesson.json").read_text())
    assert (told["data_digest"], told["settings"]["rank"]) == (
        digest(ROWS),
        4,
    )
    assert (made / "README.md").read_text() == card(Lesson(**told), HISTORY)


def test_the_layers_in_a_saved_adapters_configuration_are_in_order(trained):
    # PEFT keeps them as a set, which every process writes in an order of its own.
    layers = json.loads((trained / "adapter_config.json").read_text())["target_modules"]
    names = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"]
    assert sorted(layer.rpartition(".")[2] for layer in layers) == names
    assert layers == sorted(layers)


def test_an_adapter_learns_from_its_countries_examples_in_their_order(training, trained):
    learnt = []

    def trainer(rows):
        learnt.extend(rows)
        return trained

    made = train_adapter(training, EXAMPLES, trainer, start=Path("results/start"))
    assert [row["country"] for row in learnt] == ["XBO", "XAV"]
    assert made.copy_of == trained
    assert json.loads(made.texts["lesson.json"]) == {
        "base": "some/model",
        "revision": "abc",
        "base_digest": "ba5e",
        "tuning": "cnca_sft",
        "learner": "POOLED",
        "countries": ["XBO", "XAV"],
        "examples": 2,
        "data_digest": digest(ROWS),
        "start": "results/start",
        "settings": SETTINGS
        | {
            "alpha": 16,
            "dropout": 0.05,
            "batch_size": 16,
            "device_batch": 4,
            "warmup": 0.1,
            "seed": 0,
        },
    }


def test_an_adapter_without_any_example_is_an_error_and_is_not_trained(training):
    with pytest.raises(InputError, match="cnca_sft of POOLED: no examples to learn from"):
        train_adapter(training, [[], []], trainer=None)


def test_the_objectives_module_is_part_of_the_step(training):
    assert training.by_name == "mores.method.objectives.sft"


def test_a_copied_adapter_replaces_what_was_there(tmp_path):
    source, target = tmp_path / "kept", tmp_path / "deep/er/out"
    for folder, name in ((source, "new"), (target, "old")):
        folder.mkdir(parents=True)
        (folder / name).write_text(name)
    write(target, Folder(source, {}))
    assert [path.name for path in target.iterdir()] == ["new"]
    assert [path.name for path in target.parent.iterdir()] == ["out"]


LESSON = {
    "base": "some/base",
    "revision": "abc",
    "base_digest": "d" * 64,
    "tuning": "cnca_sft",
    "learner": "XAV",
    "countries": ["XAV"],
    "examples": 40,
    "data_digest": "e" * 64,
    "start": None,
    "settings": {"epochs": 3},
}


@pytest.fixture
def adapter(tmp_path):
    folder = tmp_path / "adapter"
    folder.mkdir()
    write_json(folder / "lesson.json", LESSON)
    write_jsonl(folder / "training.jsonl", [{"loss": 1.0}, {"loss": 0.5}])
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    columns = ["country", "model", "method", *SHOWN[1:]]
    rows = [
        [country, model, method, *(f"{number}.{index}" for index in range(len(SHOWN) - 1))]
        for number, (country, model, method) in enumerate(
            [
                ("XAV", "demo", "cnca_sft"),
                ("XAV", "demo", "vanilla"),
                ("XAV", "big", "cnca_sft"),
                ("XBO", "demo", "cnca_sft"),
            ]
        )
    ]
    lines = ["\t".join(line) for line in [columns, *rows]]
    (tmp_path / "scores.tsv").write_text("\n".join(lines) + "\n")
    return folder


def published(adapter, learner="XAV", method="cnca_sft"):
    output = adapter.parent / "published" / learner
    spec = Publishing(method=method, model="demo", learner=learner)
    write(output, publish_adapter(spec, adapter, (adapter.parent / "scores.tsv").read_text()))
    return output


def test_the_card_has_the_countrys_scores_beside_vanilla_and_no_others(adapter):
    folder = published(adapter)
    card = (folder / "README.md").read_text()
    assert "| cnca_sft | XAV | 0.0 | 0.1 |" in card
    assert "| vanilla | XAV | 1.0 | 1.1 |" in card
    assert "2.0" not in card and "XBO" not in card
    assert "some/base" in card and "e" * 64 in card
    assert (folder / "adapter_model.safetensors").read_bytes() == b"weights"


def test_a_pooled_adapter_has_all_countries_scores(adapter):
    card = (published(adapter, learner="POOLED") / "README.md").read_text()
    assert "| cnca_sft | XAV |" in card and "| cnca_sft | XBO |" in card


def test_a_cell_that_was_not_scored_is_an_error_and_leaves_nothing(adapter):
    with pytest.raises(InputError, match="no row of XAV demo cnca_dpo; score that cell first"):
        published(adapter, method="cnca_dpo")
    assert not (adapter.parent / "published/XAV").exists()


def test_a_published_adapter_keeps_its_lesson_and_all_else_but_the_card(adapter):
    folder = published(adapter)
    names = {path.name for path in adapter.iterdir()}
    assert {path.name for path in folder.iterdir()} == names | {"README.md"}
    for name in names:
        assert (folder / name).read_bytes() == (adapter / name).read_bytes()


def test_published_again_a_card_has_its_scores_once(adapter):
    folder = published(adapter)
    first = (folder / "README.md").read_text()
    assert (published(adapter) / "README.md").read_text() == first
    assert first.count("## Scores") == 1
