from pathlib import Path

import pytest

from mores.study import grid as cells
from mores.study.grid import grid, method_of, norms_of
from mores.study.leaving_out import effect_cells
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def settings(**overrides):
    return load_settings(["config/config.yaml"], overrides)


def test_norms_are_left_out_one_at_a_time_beside_the_grid():
    wanted = {"methods": ["top1", "short"], "countries": ["XBO"]}
    methods = {"short": {"norms": "ranked", "norms_per_topic": 1}}
    found = settings(norm_effects=wanted, methods=methods)
    whole, parts = effect_cells(found)
    assert {(cell.method, cell.country) for cell in whole} == {("top1", "XBO"), ("short", "XBO")}
    assert [cell.method for cell in parts] == [
        *("top1+without_1", "top1+without_2", "top1+without_3"),
        "short+without_1",
    ]
    assert not set(parts) & set(grid(found))
    part = parts[1]
    assert norms_of(found, part) == "results/norms/top1/demo/XBO/high.jsonl"
    assert part.at(cells.ANSWERS) == "results/answers/values/top1+without_2/demo/XBO.jsonl"
    assert method_of(found.config, part.method).without == 2


def test_a_way_with_a_number_of_its_own_has_so_many_norms_to_leave_out():
    ways = {"ways": {"two": {"answers": "top", "norms_per_topic": 2}}}
    found = settings(
        norm_effects={"methods": ["mine"]}, methods={"mine": {"norms": "two"}}, mining=ways
    )
    assert {cell.method for cell in effect_cells(found)[1]} == {
        "mine+without_1",
        "mine+without_2",
    }


def test_a_run_without_a_method_leaves_out_none_of_its_norms():
    found = settings(norm_effects={"methods": ["top1"]}, methods="vanilla")
    assert effect_cells(found) == ([], [])
