from pathlib import Path

import pytest
import yaml

from mores.errors import InputError
from mores.study.settings import add_layer, load_settings, merge

ROOT = Path(__file__).parents[3]
DEMO = ("XAV", "XBO", "XDU", "XKI", "XLE", "XMO")


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def settings(overrides: dict | None = None, *files: Path):
    return load_settings(["config/config.yaml", *files], overrides or {})


def test_mappings_merge_lists_replace_and_null_removes():
    old = {"a": {"b": 1, "c": [1, 2]}, "d": 4, "e": 5}
    new = {"a": {"c": [3], "x": {"y": None, "z": 0}}, "d": None, "e": {"f": 6}}
    assert merge(old, new) == {"a": {"b": 1, "c": [3], "x": {"z": 0}}, "e": {"f": 6}}
    assert old == {"a": {"b": 1, "c": [1, 2]}, "d": 4, "e": 5}


def test_the_default_is_the_demo():
    found = settings()
    assert found.pool == DEMO
    assert list(found.config.methods) == [
        *("vanilla", "topic", "top1", "ranked", "placebo", "sft", "cnca_sft", "cnca_dpo")
    ]
    assert list(found.config.models) == ["demo"]


@pytest.mark.parametrize("given", ["XBO,XAV", ["XAV", "XBO"], "XBO, XAV,"])
def test_countries_select_in_the_files_order_and_leave_the_pool(given):
    found = settings({"countries": given})
    assert found.config.countries == ["XAV", "XBO"]
    assert found.pool == DEMO


def test_a_country_that_no_file_lists_joins_the_pool():
    found = settings({"countries": "KEN,XAV"})
    assert found.config.countries == ["XAV", "KEN"]
    assert found.pool == (*DEMO, "KEN")


@pytest.mark.parametrize("given", ["top1,vanilla", ["vanilla", "top1"]])
def test_methods_select_entries_in_the_table_s_order(given):
    found = settings({"methods": given})
    assert list(found.config.methods) == ["vanilla", "top1"]
    assert found.config.methods["top1"].norms == "top1"


def test_a_mapping_defines_entries_and_changes_them():
    found = settings({"models": {"mine": {"path": "a/b"}, "demo": {"max_model_len": "512"}}})
    assert found.config.models["mine"].path == "a/b"
    assert found.config.models["demo"].max_model_len == 512
    assert found.config.models["demo"].dtype == "float32"


def test_nested_overrides_merge():
    found = settings({"answers": {"samples": "2"}})
    assert found.config.answers.samples == 2
    assert found.config.answers.sampling.max_tokens == 256


def test_survey_is_short_for_its_path():
    survey = settings({"survey": "other.json"}).config.survey
    assert (survey.path, survey.bank) == ("other.json", "resources/items/demo.yaml")


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (
            {"methods": "vanila"},
            "methods: no 'vanila' in the configuration; did you mean 'vanilla'",
        ),
        ({"models": ["dem"]}, "models: no 'dem' in the configuration; did you mean 'demo'"),
        ({"models": "qwen"}, "models: no 'qwen' in the configuration; there are demo"),
        ({"countries": "XAW"}, "'XAW' is not among the country names; did you mean 'XAV'"),
        (
            {"countries": "FRA"},
            "'FRA' is not among the country names; add it, with `name` and `adjective`, to",
        ),
        ({"countries": "Kenya"}, "'Kenya' is not among the country names; did you mean 'KEN'"),
        ({"countries": 3}, "countries: 3 is no name"),
        ({"countries": "QQQ"}, "with `name` and `adjective`, to resources/countries.yaml"),
        ({"country_names": "x" * 300}, "country_names: Value error, no file can be called so"),
        ({"models": 5}, "models: Input should be a valid dictionary"),
        ({"country_names": "none.yaml"}, "country_names: no file none.yaml"),
        ({"methods": 1}, "methods: Input should be a valid dictionary"),
    ],
)
def test_wrong_selections_are_told_with_the_nearest_name(overrides, told):
    with pytest.raises(InputError) as error:
        settings(overrides)
    assert told in str(error.value)


def test_files_count_in_their_order(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "countries: [KEN, USA]\nmodels: {demo: null, mine: {path: a/b}}\nmethods: [top1]\n"
    )
    found = settings({"countries": "USA"}, mine)
    assert (found.config.countries, found.pool) == (["USA"], ("KEN", "USA"))
    assert list(found.config.models) == ["mine"]
    assert list(found.config.methods) == ["top1"]


@pytest.mark.parametrize("text", ["a: [", "- one\n- two\n", "name"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text):
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(text)
    with pytest.raises(InputError, match=r"faulty\.yaml"):
        settings({}, faulty)


def test_wvs7_wants_a_survey_and_has_the_paper_s_countries():
    wvs7 = Path("config/wvs7.yaml")
    with pytest.raises(InputError, match=r"survey\.path: missing; .*--config survey=FILE"):
        settings({}, wvs7)
    found = settings({"survey": "wvs7.csv"}, wvs7)
    assert len(found.config.countries) == 18  # Wang, Zhu and Sang
    assert found.config.survey.bank == "resources/items/wvs7.yaml"


def test_layers_do_not_change_what_they_are_made_from():
    layer = yaml.safe_load("survey: x\nmethods: [a]\n")
    add_layer({"methods": {"a": {}}}, layer)
    assert layer == {"survey": "x", "methods": ["a"]}
