"""Who is nearest and farthest, against the shipped survey's own shares."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mores.errors import InputError
from mores.method.items import load_bank
from mores.study.grid import Cell, adapter_of, lenders_named, norms_of
from mores.study.nearness import by_nearness
from mores.study.settings import load_settings
from mores.survey.split import Split, split_items

ROOT = Path(__file__).parents[3]
SURVEY = "resources/demo/survey.json"
LENT = {
    "near": {"norms": "top1", "norm_country": "nearest"},
    "far": {"tuning": "sft", "tuning_country": "farthest"},
}


@pytest.fixture(autouse=True)
def study(tmp_path, monkeypatch):
    """The demo's files, to be changed."""
    for name in ("config", "resources/items"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / SURVEY).parent.mkdir()
    for name in (SURVEY, "resources/countries.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)


def settings(**overrides):
    return load_settings(["config/config.yaml"], {"methods": LENT, **overrides})


def slowly(country: str, **split) -> dict[str, float]:
    """Distances from the file's shares."""
    survey, bank = json.loads(Path(SURVEY).read_text()), load_bank("resources/items/demo.yaml")
    parts = split_items(bank, Split(**split))

    def top(of):
        return np.array(
            [
                int(max(survey[of][item.id], key=survey[of][item.id].get)) / item.span
                for item in bank.items.values()
                if parts[item.id] == "train"
            ]
        )

    return {
        other: float(np.sqrt(np.mean((top(country) - top(other)) ** 2)))
        for other in settings().pool
        if other != country
    }


@pytest.mark.parametrize("split", [{}, {"seed": 7, "train_per_topic": 3}])
def test_answers_to_the_training_items_say_who_is_near(split):
    found = settings(split=split)
    for country in found.pool:
        apart = slowly(country, **split)
        near, far = (by_nearness(found, which, country) for which in ("nearest", "farthest"))
        assert apart[near] == min(apart.values())
        assert apart[far] == max(apart.values())
        assert near != far


def test_a_cell_takes_the_norms_or_the_adapter_of_that_country_in_a_run_of_one_too():
    found, alone = settings(), settings(countries="XAV")
    cells = [Cell("values", "XAV", "demo", method) for method in LENT]
    near, far = (by_nearness(found, which, "XAV") for which in ("nearest", "farthest"))
    for one in (found, alone):
        assert norms_of(one, cells[0]) == f"results/norms/top1/demo/{near}/high.jsonl"
        assert adapter_of(one, cells[1]) == f"results/adapters/sft/demo/{far}"
    assert lenders_named(found) == {}


def test_answers_that_change_change_who_is_near():
    far = by_nearness(settings(), "farthest", "XAV")
    survey = json.loads(Path(SURVEY).read_text())
    Path(SURVEY).write_text(json.dumps(survey | {far: survey["XAV"]}))
    assert by_nearness(settings(), "nearest", "XAV") == far


def test_of_countries_that_are_as_far_the_first_code_is_taken():
    survey = json.loads(Path(SURVEY).read_text())
    same = dict.fromkeys(survey, survey["XAV"])
    Path(SURVEY).write_text(json.dumps(same))
    for which in ("nearest", "farthest"):
        assert by_nearness(settings(), which, "XAV") == "XBO"
        assert by_nearness(settings(), which, "XMO") == "XAV"


def test_a_country_that_shares_no_training_item_with_any_other_is_told():
    survey = json.loads(Path(SURVEY).read_text())
    parts = split_items(load_bank("resources/items/demo.yaml"), Split())
    few = {name: shares for name, shares in survey["XAV"].items() if parts[name] == "test"}
    Path(SURVEY).write_text(json.dumps(survey | {"XAV": few}))
    with pytest.raises(InputError, match=r"methods: XAV has no nearest country: .* by its code"):
        by_nearness(settings(), "nearest", "XAV")
    assert by_nearness(settings(), "nearest", "XBO") != "XAV"
