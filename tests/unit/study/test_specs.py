"""Which rules' specs an edit changes; the files they read from each other make the rest stale."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.job import How, spell
from mores.provenance import versions
from mores.spec import Section
from mores.study.grid import norms_listed, survey_cells
from mores.study.settings import load_settings
from mores.study.specs import Specs
from mores.study.specs import common as module

ROOT = Path(__file__).parents[3]


def stages(*names: str) -> set[str]:
    """These stages of both countries."""
    return {f"{name} {country}" for name in names for country in ("XAV", "XBO")}


ASK = stages("low", "high", "topic", "answer", "traces", "rejected")
WORDED = ASK | stages("examples")
TUNED = stages("sft", "dpo")
SCORED = {"references"} | stages("cell")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of what the demo's configuration names, with a stand-in for the model."""
    for name in ("resources/items", "resources/prompts", "resources/prompts_open", "config"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("countries.yaml", "neutral.txt"):
        shutil.copy(ROOT / "resources" / name, tmp_path / "resources")
    (tmp_path / "resources/demo/model").mkdir(parents=True)
    (tmp_path / "resources/demo/model/config.json").write_text("{}")
    shutil.copy(ROOT / "resources/demo/survey.json", tmp_path / "resources/demo")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def specs_of(**overrides) -> dict[str, Section]:
    """Each rule's spec, for two countries where it depends on one."""
    specs = Specs(load_settings(["config/config.yaml"], overrides))
    found = {
        "import": specs.import_survey(),
        "split": specs.split_items(),
        "references": specs.score_references(),
        "table": specs.score_table("scores"),
    }
    for country in ("XAV", "XBO"):
        found[f"rows {country}"] = specs.split_country(country)
        found[f"low {country}"] = specs.mine_low_norms("top1", "demo", country)
        found[f"high {country}"] = specs.mine_high_norms("top1", "demo", country)
        found[f"topic {country}"] = specs.mine_topic_norms("topic", "demo", country)
        found[f"answer {country}"] = specs.answer_items("values", "top1", "demo", country)
        found[f"traces {country}"] = specs.sample_traces("demo", country)
        found[f"rejected {country}"] = specs.sample_rejected("cnca_sft", "demo", country, country)
        found[f"examples {country}"] = specs.collect_examples("sft", "demo", country, country)
        found[f"sft {country}"] = specs.train_adapter("cnca_sft", "demo", country)
        found[f"dpo {country}"] = specs.train_adapter("cnca_dpo", "demo", country)
        found[f"cell {country}"] = specs.score_cell("values", "top1", "demo", country)
        found[f"published {country}"] = specs.publish_adapter("sft", "demo", country)
    return found


def changed(before: dict[str, Section], after: dict[str, Section]) -> set[str]:
    return {rule for rule in before if before[rule] != after[rule]}


def edit(path: str, old: str, new: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("overrides", "stale"),
    [
        ({"engine": {"concurrency": 1, "launcher": "endpoint", "server_args": ["-x"]}}, set()),
        ({"countries": "XAV"}, {"references"}),
        ({"models": {"second": {"path": "a/b", "revision": "c"}}}, set()),
        ({"methods": {"more": {"norms": "top1"}}}, set()),
        ({"methods": {"top1": {"thinking": 64}}}, {"answer XAV", "answer XBO"}),
        ({"methods": {"sft": {"thinking": 64}}}, set()),
        ({"mining": {"ways": {"top1": {"answers": "ranked"}}}}, {"low XAV", "low XBO"}),
        ({"mining": {"ways": {"ranked": {"top_k": 2}}}}, set()),
        ({"tunings": {"cnca_dpo": {"beta": 0.2}}}, {"dpo XAV", "dpo XBO"}),
        ({"tunings": {"cnca_sft": {"epochs": 1}}}, {"sft XAV", "sft XBO"}),
        ({"traces": {"samples": 2}}, {"traces XAV", "traces XBO", "rejected XAV", "rejected XBO"}),
        (  # whose norms they are, the inputs tell
            {"models": {"second": {"path": "a/b", "revision": "c"}}}
            | {"traces": {"norm_model": "second"}},
            set(),
        ),
        ({"traces": {"chosen": "tuned"}}, set()),  # of DPO's examples, which follow
        ({"traces": {"right_per_item": 2}}, set()),  # bare answers are no traces
        ({"traces": {"second_round": None}}, {"traces XAV", "traces XBO"}),
        ({"models": {"demo": {"resources": {"gpus": 4}}}}, set()),
        ({"training": {"save_steps": 1}}, set()),
        ({"tunings": {"cnca_sft": {"device_batch": 1}}}, {"sft XAV", "sft XBO"}),
        ({"tunings": {"sft": {"epochs": 1}}}, set()),
        ({"tunings": {"sft": {"data": "traces"}}}, stages("examples")),
        ({"methods": {"top1": {"norm_country": "random"}}}, set()),  # which file it is, is told by
        ({"methods": {"top1": {"norm_country": "nearest"}}}, set()),
        ({"methods": {"top1": {"norms": "ranked"}}}, set()),  # the inputs
        ({"methods": {"top1": {"prompt": "persona"}}}, stages("answer")),
        ({"methods": {"top1": {"control": "neutral"}}}, stages("answer")),
        ({"methods": {"top1": {"distribution": "stated"}}}, stages("answer")),
        ({"methods": {"top1": {"norms_per_topic": 1}}}, stages("answer")),
        ({"methods": {"top1": {"without": 1}}}, stages("answer")),
        ({"norm_effects": {"methods": ["top1"]}}, set()),
        ({"replicates": {"methods": ["top1"], "split": 2, "mining": 3, "training": 2}}, set()),
        ({"methods": {"top1": {"examples": 2}}}, stages("answer")),
        ({"methods": {"top1": {"order": "reversed"}}}, stages("answer")),
        ({"methods": {"top1": {"labels": "letters"}}}, stages("answer")),
        ({"methods": {"top1": {"wording": 1}}}, stages("answer")),
        ({"methods": {"more": {"order": "reversed"}}}, {"table"}),  # a variant of vanilla
        ({"mining": {"norms_per_topic": 2}}, stages("high", "topic")),
        ({"mining": {"ways": {"top1": {"norms_per_topic": 2}}}}, stages("high")),
        ({"mining": {"ways": {"mine": {"answers": "top", "norms_per_topic": 2}}}}, set()),
        ({"mining": {"retries": 9}}, stages("low", "high", "topic")),
        ({"mining": {"sampling": {"seed": 1}}}, stages("low", "high", "topic")),
        ({"scores": {"resamples": 100}}, {"table"}),
        ({"models": {"demo": {"max_model_len": 512}}}, ASK | TUNED),
        ({"training": {"report_to": "wandb", "save_steps": 1}}, set()),
        ({"answers": {"samples": 1}}, {"answer XAV", "answer XBO"}),
        ({"scores": {"seed": 1}}, {"references", "table"}),
        ({"models": {"demo": {"dtype": "bfloat16"}}}, ASK | TUNED),
        (
            {"split": {"seed": 1}},
            {"split"} | stages("low", "answer", "traces", "rejected", "examples", "cell"),
        ),
        (
            {"split": {"by": "battery"}},
            {"split"} | stages("low", "answer", "traces", "rejected", "examples", "cell"),
        ),
        ({"prompts": "resources/prompts_open"}, WORDED),
        ({"survey": {"weights": False}}, {"import", "rows XAV", "rows XBO"}),
    ],
)
def test_a_changed_key_changes_the_specs_that_use_it(project, overrides, stale):
    assert changed(specs_of(), specs_of(**overrides)) == stale


def item_of(part: str) -> str:
    """The wording of an item of this part of the split."""
    return Specs(load_settings(["config/config.yaml"], {})).items(part)[0].wording


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
        (
            "resources/countries.yaml",
            "Avethia,",
            "Avetia,",
            {a for a in WORDED | stages("cell") if "XAV" in a},
        ),
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
        ("topic_norm", "topic"),
        ("ranked_norm", ""),
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


@pytest.mark.parametrize(
    ("package", "stale"),
    [
        ("torch", ASK | TUNED),
        ("transformers", ASK | TUNED),
        ("vllm", ASK),
        ("jinja2", ASK | TUNED),
        ("tokenizers", ASK | TUNED),
        ("datasets", TUNED),
        ("trl", TUNED),
        ("peft", TUNED),
        ("accelerate", TUNED),
        ("polars", {"import"}),
        ("pyreadstat", {"import"}),
        ("numpy", SCORED | {"import", "table"}),
        ("aiohttp", set()),
        ("snakemake", set()),
    ],
)
def test_a_locked_version_counts_where_it_can_change_a_result(project, monkeypatch, package, stale):
    before, lock = specs_of(), versions._lock()
    assert package in lock
    monkeypatch.setattr(versions, "_lock", lambda: lock | {package: ["99"]})
    assert changed(before, specs_of()) == stale


def test_the_protocol_counts_where_a_model_is_asked(project, monkeypatch):
    before = specs_of()
    monkeypatch.setattr(module, "PROTOCOL", module.PROTOCOL + 1)
    assert changed(before, specs_of()) == ASK


def test_neutral_text_counts_where_it_is_the_control(project):
    neutral = {"methods": {"top1": {"control": "neutral"}}}
    before, controlled = specs_of(), specs_of(**neutral)
    Path("resources/neutral.txt").write_text("The sky is wide.\n")
    assert changed(before, specs_of()) == set()
    assert changed(controlled, specs_of(**neutral)) == stages("answer")


def test_an_items_kind_counts_where_it_is_scored_or_seen(project):
    before = specs_of()
    name = Specs(load_settings(["config/config.yaml"], {})).items("test")[0].id
    edit("resources/items/demo.yaml", f"id: {name}\n", f"id: {name}\n    kind: nominal\n")
    assert changed(before, specs_of()) == SCORED | stages("answer")


def test_a_spec_is_told_as_json_and_read_back(project):
    for spec in specs_of().values():
        assert type(spec).model_validate(spec.model_dump(mode="json")) == spec


def test_a_draw_shapes_its_seeds_and_split_and_nothing_else(project):
    specs = Specs(load_settings(["config/config.yaml"], {}))
    own = specs.mine_low_norms("top1", "demo", "XAV")
    mined = specs.mine_low_norms("top1", "demo+m1", "XAV")
    assert mined.sampling.seed != own.sampling.seed
    assert mined == own.model_copy(update={"sampling": mined.sampling})
    trained, again = (specs.train_adapter("sft", name, "XAV") for name in ("demo", "demo+t1"))
    assert again.settings.pop("seed") != trained.settings.pop("seed")
    assert again == trained
    cells = [specs.score_cell("values", "top1", name, "XAV") for name in ("demo", "demo+s1")]
    assert cells[0].asks.questions.digest != cells[1].asks.questions.digest
    assert specs.split_items() != specs.split_items("split_1/")
    split = specs.split_items("split_1/").split
    assert cells[1].asks.questions.split == split
    assert specs.sample_traces("demo+s1m2", "XAV").bank.split == split
    seeds = {
        specs.sample_traces(name, "XAV").sampling.seed
        for name in ("demo", "demo+m1", "demo+t1", "demo+m1t1", "demo+s1m1")
    }
    assert len(seeds) == 5


def test_lists_tell_which_norms_stood_before_each_cell(project):
    settings = load_settings(["config/config.yaml"], {})
    listing = Specs(settings).list_items()
    files = norms_listed(settings, survey_cells(settings))
    found = files[listing.norms["top1"]["demo"]["XBO"]]
    assert found == "results/norms/top1/demo/XBO/high.jsonl"
    assert files[listing.norms["placebo"]["demo"]["XBO"]] != found
    assert "vanilla" not in listing.norms and "vanilla" in listing.methods
    told = How(inputs={"norms": spell(files)}, outputs={})
    assert told.paths("norms") == files  # in this order, however they are told


def test_what_is_looked_through_for_leaks_is_told_with_how_it_was_made(project):
    def checked(**overrides):
        return Specs(load_settings(["config/config.yaml"], overrides)).check_leaks("demo", "XAV")

    spec = checked()
    assert type(spec).model_validate(spec.model_dump(mode="json")) == spec
    assert spec.templates.keys() == {
        *("low_norm", "ranked_norm", "high_norm", "topic_norm", "answer")
    }
    assert checked(methods={"more": {"norms": "top1"}}, countries="XAV") == spec
    assert checked(mining={"norms_per_topic": 1}) != spec
    with pytest.raises(InputError, match="leaks: no method has norms or adapters of demo on XMO"):
        Specs(
            load_settings(["config/config.yaml"], {"methods": "top1", "countries": "XAV"})
        ).check_leaks("demo", "XMO")


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ({"norms": "top1", "norm_country": "DEU"}, r"methods\.x\.norm_country: .* answers of DEU"),
        ({"tuning": "sft", "tuning_country": "DEU"}, r"methods\.x\.tuning_country: .* of DEU"),
    ],
)
def test_a_country_that_lends_must_have_answered(project, method, told):
    specs = Specs(load_settings(["config/config.yaml"], {"methods": {"x": method}}))
    with pytest.raises(InputError, match=told):
        _ = specs.answered


def test_norms_of_a_topic_alone_need_no_answers_of_their_country(project):
    method = {"norms": "topic", "norm_country": "DEU"}
    specs = Specs(load_settings(["config/config.yaml"], {"methods": {"x": method}}))
    assert "DEU" not in specs.answered


def test_which_traces_are_learnt_from_counts_where_they_are(project):
    def examples(tuning, **traces):
        specs = Specs(load_settings(["config/config.yaml"], {"traces": traces}))
        return specs.collect_examples(tuning, "demo", "XAV", "XAV")

    for tuning, few, tuned in (
        ("sft", False, False),
        ("cnca_sft", True, False),
        ("cnca_dpo", True, True),
    ):
        plain = examples(tuning)
        assert not {"right_per_item", "chosen"} & {*plain.model_dump()}
        assert (examples(tuning, right_per_item=2) != plain) == few
        assert (examples(tuning, chosen="tuned") != plain) == tuned


def test_planning_imports_nothing_that_is_slow_to_import():
    """Every start of Snakemake would pay for it."""
    rules = [ROOT / "workflow/Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    lines = [line for file in rules for line in file.read_text("utf-8").splitlines()]
    ours = [line for line in lines if line.startswith("from mores")]
    slow = ("datasets", "openai", "polars", "scipy", "statsmodels", "torch", "transformers")
    code = [*ours, "import sys", f"print({{name for name in {slow} if name in sys.modules}})"]
    told = subprocess.run(
        [sys.executable, "-c", "\n".join(code)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow/scripts")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(ours) > 10 and told.stdout == "set()\n"
