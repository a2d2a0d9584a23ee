"""Which rules' specs an edit changes; the files they read from each other make the rest stale."""

import os
import shutil
from pathlib import Path

import pytest

from mores.settings import load_settings
from mores.specs import Specs

ROOT = Path(__file__).parents[2]


def stages(*names: str) -> set[str]:
    """These stages of both countries."""
    return {f"{name} {country}" for name in names for country in ("XAV", "XBO")}


ASK = stages("low", "high", "answer", "traces", "rejected")
WORDED = ASK | stages("examples")
TUNED = stages("sft", "dpo")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of what the demo's configuration names, with a stand-in for the model."""
    for name in ("resources/items", "resources/prompts", "config"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "resources/countries.yaml", tmp_path / "resources")
    (tmp_path / "resources/demo/model").mkdir(parents=True)
    (tmp_path / "resources/demo/model/config.json").write_text("{}")
    shutil.copy(ROOT / "resources/demo/survey.json", tmp_path / "resources/demo")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def specs_of(**overrides) -> dict[str, str]:
    """Each rule's spec, for two countries where it depends on one."""
    specs = Specs(load_settings(["config/config.yaml"], overrides))
    found = {
        "import": specs.import_survey(),
        "split": specs.split_items(),
        "cell": specs.score_cell(),
        "references": specs.score_references(),
        "table": specs.score_table(),
    }
    for country in ("XAV", "XBO"):
        found[f"rows {country}"] = specs.split_country(country)
        found[f"low {country}"] = specs.mine_low_norms("top1", "demo", country)
        found[f"high {country}"] = specs.mine_high_norms("top1", "demo", country)
        found[f"answer {country}"] = specs.answer_items("top1", "demo", country)
        found[f"traces {country}"] = specs.sample_traces("demo", country)
        found[f"rejected {country}"] = specs.sample_rejected("cnca_sft", "demo", country, country)
        found[f"examples {country}"] = specs.collect_examples("sft", "demo", country, country)
        found[f"sft {country}"] = specs.train_adapter("cnca_sft", "demo", country)
        found[f"dpo {country}"] = specs.train_adapter("cnca_dpo", "demo", country)
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {rule for rule in before if before[rule] != after[rule]}


def edit(path: str, old: str, new: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("overrides", "stale"),
    [
        ({"engine": {"concurrency": 1, "launcher": "endpoint", "server_args": ["-x"]}}, set()),
        ({"countries": "XAV"}, {"references", "table"}),
        ({"models": {"second": {"path": "a/b", "revision": "c"}}}, {"table"}),
        ({"methods": {"more": {"norms": "top1"}}}, {"table"}),
        ({"methods": {"top1": {"thinking": 64}}}, {"answer XAV", "answer XBO"}),
        ({"methods": {"sft": {"thinking": 64}}}, set()),
        ({"mining": {"ways": {"top1": {"answers": "ranked"}}}}, {"low XAV", "low XBO"}),
        ({"mining": {"ways": {"ranked": {"top_k": 2}}}}, set()),
        ({"tunings": {"cnca_dpo": {"beta": 0.2}}}, {"dpo XAV", "dpo XBO"}),
        ({"tunings": {"cnca_sft": {"epochs": 1}}}, {"sft XAV", "sft XBO"}),
        ({"traces": {"samples": 2}}, {"traces XAV", "traces XBO", "rejected XAV", "rejected XBO"}),
        ({"traces": {"second_round": None}}, {"traces XAV", "traces XBO"}),
        ({"models": {"demo": {"resources": {"gpus": 4}}}}, set()),
        ({"training": {"device_batch": 1}}, set()),
        ({"methods": {"top1": {"norm_country": "random"}}}, {"answer XAV", "answer XBO"}),
        ({"mining": {"norms_per_topic": 2}}, {"high XAV", "high XBO"}),
        ({"mining": {"retries": 9}}, {"low XAV", "low XBO", "high XAV", "high XBO"}),
        ({"answers": {"samples": 1}}, {"answer XAV", "answer XBO"}),
        ({"scores": {"seed": 1}}, {"references", "table"}),
        ({"models": {"demo": {"dtype": "bfloat16"}}}, ASK | TUNED),
        (
            {"split": {"seed": 1}},
            {"split"} | stages("low", "answer", "traces", "rejected", "examples"),
        ),
        ({"survey": {"weights": False}}, {"import", "rows XAV", "rows XBO"}),
    ],
)
def test_a_changed_key_changes_the_specs_that_use_it(project, overrides, stale):
    assert changed(specs_of(), specs_of(**overrides)) == stale


def item_of(part: str) -> str:
    """The wording of an item of this part of the split."""
    return Specs(load_settings(["config/config.yaml"], {})).parts[part][0].wording


def test_a_word_in_an_item_counts_where_the_item_is_asked(project):
    before, train, test = specs_of(), item_of("train"), item_of("test")
    edit("resources/items/demo.yaml", train, f"{train} Truly?")
    trained = specs_of()
    assert changed(before, trained) == stages("low", "traces", "rejected", "examples")
    edit("resources/items/demo.yaml", test, f"{test} Truly?")
    assert changed(trained, specs_of()) == {"answer XAV", "answer XBO"}


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        ("resources/items/demo.yaml", "keeping old customs", "keeping customs", WORDED),
        ("resources/countries.yaml", "Avethia,", "Avetia,", {a for a in WORDED if "XAV" in a}),
        ("resources/demo/survey.json", "0.", "0.0", {"import", "rows XAV"}),
        ("resources/demo/model/config.json", "{}", "{ }", ASK | TUNED),
    ],
)
def test_an_edited_file_counts_where_its_content_is_used(project, file, old, new, stale):
    before = specs_of()
    edit(file, old, new)
    assert changed(before, specs_of()) == stale


@pytest.mark.parametrize(
    ("template", "stale"),
    [
        ("low_norm", "low"),
        ("high_norm", "high"),
        ("answer", "answer traces rejected examples"),
        ("_question", "low answer traces rejected examples"),
    ],
)
def test_a_template_counts_where_it_is_rendered(project, template, stale):
    before = specs_of()
    path = Path("resources/prompts", f"{template}.j2")
    path.write_text(path.read_text() + "\nThink well.\n")
    assert changed(before, specs_of()) == stages(*stale.split())


def test_touched_files_count_for_nothing(project):
    before = specs_of()
    for path in project.rglob("*.*"):
        os.utime(path, (1, 1))
    assert changed(before, specs_of()) == set()
