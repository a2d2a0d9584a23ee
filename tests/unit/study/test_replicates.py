from pathlib import Path

import pytest

from mores.method.draws import Draw
from mores.study import grid
from mores.study.grid import Cell, adapter_of, norms_of
from mores.study.replicates import (
    drawn_in,
    drawn_models,
    draws,
    replicated_cells,
    varied_cells,
)
from mores.study.runtime import adapters
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]
COUNTS = {"split": 2, "mining": 3, "training": 2}


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def settings(*methods, **overrides):
    replicates = {"methods": [*methods], **COUNTS} if methods else {}
    return load_settings(["config/config.yaml"], {"replicates": replicates} | overrides)


@pytest.mark.parametrize(
    ("method", "drawn", "count"),
    [
        ("vanilla", ["split"], 2),
        ("top1", ["split", "mining"], 2 * 3),
        ("sft", ["split", "training"], 2 * 2),  # bare answers: nothing is mined
        ("cnca_sft", ["split", "mining", "training"], 2 * 3 * 2),
        ("cnca_dpo", ["split", "mining", "training"], 2 * 3 * 2),
    ],
)
def test_a_method_is_drawn_anew_in_what_is_random_in_it(method, drawn, count):
    config = settings(method).config
    assert drawn_in(config, config.methods[method]) == drawn
    assert len(draws(config, method)) == len(set(draws(config, method))) == count
    assert draws(config, method)[0] == Draw()


def test_further_draws_are_cells_beside_the_grid():
    found = settings("top1", countries="XAV,XBO")
    further = replicated_cells(found)
    assert len(further) == (2 * 3 - 1) * 2
    assert not set(further) & set(grid.grid(found))
    assert {cell.model for cell in further} <= set(drawn_models(found.config))
    assert len(varied_cells(found)) == 2 * 3 * 2
    assert replicated_cells(settings()) == drawn_models(settings().config) == []


def test_a_draw_s_files_lie_beside_the_study_s_own():
    own = Cell("values", "XAV", "demo", "top1")
    drawn = Cell("values", "XAV", "demo+s1m2", "top1")
    assert own.at(grid.TEST) == "results/survey/XAV/test.jsonl"
    assert drawn.at(grid.TEST) == "results/survey/split_1/XAV/test.jsonl"
    assert drawn.at(grid.ANSWERS) == "results/answers/values/top1/demo+s1m2/XAV.jsonl"


def test_what_hangs_on_less_is_shared_by_the_draws_of_the_rest():
    """Norms by all trainings with them; an adapter on bare answers by all minings."""
    found = settings("top1", "sft", methods={"both": {"norms": "top1", "tuning": "sft"}})
    cell = Cell("values", "XAV", "demo+s1m2t1", "both")
    assert norms_of(found, cell) == "results/norms/top1/demo+s1m2/XAV/high.jsonl"
    assert adapter_of(found, cell) == "results/adapters/sft/demo+s1t1/XAV"
    reasoned = Cell("values", "XAV", "demo+s1m2t1", "cnca_sft")
    assert adapter_of(found, reasoned) == "results/adapters/cnca_sft/demo+s1m2t1/XAV"


def test_a_server_has_room_for_the_adapters_of_all_draws():
    found = adapters(settings("cnca_dpo", countries="XAV", methods="cnca_dpo"))
    assert len(found) == 2 * (2 * 3 * 2)  # each with what it starts from
    assert "results/adapters/cnca_sft/demo+m1t1/XAV" in found
