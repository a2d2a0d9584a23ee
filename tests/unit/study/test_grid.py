from pathlib import Path

import pytest

from mores.study import grid as cells
from mores.study.grid import (
    Cell,
    adapter_of,
    grid,
    lender,
    norms_of,
    taught,
    variants,
)
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]
POOL = ("AUS", "BOL", "BRA", "CAN", "CHN", "DEU", "ETH", "GBR", "IND", "KEN")


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def settings(**overrides):
    return load_settings(["config/config.yaml"], overrides)


def test_the_grid_is_every_combination_model_by_model():
    found = grid(
        settings(
            models={"second": {"path": "a/b"}}, countries="XAV,XBO", methods="vanilla,top1,sft"
        )
    )
    assert len(found) == len(set(found)) == 2 * 2 * 3
    assert [cell.model for cell in found] == ["demo"] * 6 + ["second"] * 6


def test_a_cell_knows_its_files():
    assert (
        Cell("values", "KEN", "m", "top1").at(cells.CELL) == "results/cells/values/top1/m/KEN.json"
    )


def test_a_cell_s_norms_are_none_its_own_or_another_country_s():
    found = settings()
    assert norms_of(found, Cell("values", "XAV", "demo", "vanilla")) is None
    assert (
        norms_of(found, Cell("values", "XAV", "demo", "top1"))
        == "results/norms/top1/demo/XAV/high.jsonl"
    )
    other = norms_of(found, Cell("values", "XAV", "demo", "placebo"))
    assert other in {f"results/norms/top1/demo/{code}/high.jsonl" for code in found.pool[1:]}


def test_norms_may_come_from_another_model_or_a_country_by_name():
    methods = {"borrowed": {"norms": "ranked", "norm_model": "big", "norm_country": "XMO"}}
    found = settings(methods=methods, models={"big": {"path": "a/b"}})
    path = norms_of(found, Cell("values", "XAV", "demo", "borrowed"))
    assert path == "results/norms/ranked/big/XMO/high.jsonl"


def test_a_cell_s_adapter_is_none_its_own_another_country_s_or_everybody_s():
    methods = {
        "other": {"tuning": "sft", "tuning_country": "random"},
        "pooled": {"tuning": "sft", "scope": "pooled"},
    }
    found = settings(methods=methods)
    assert adapter_of(found, Cell("values", "XAV", "demo", "top1")) is None
    assert (
        adapter_of(found, Cell("values", "XAV", "demo", "sft")) == "results/adapters/sft/demo/XAV"
    )
    assert (
        adapter_of(found, Cell("values", "XAV", "demo", "pooled"))
        == "results/adapters/sft/demo/POOLED"
    )
    other = lender("XAV", found.pool, found.config.split.seed)
    assert (
        adapter_of(found, Cell("values", "XAV", "demo", "other"))
        == f"results/adapters/sft/demo/{other}"
    )
    assert taught(found, "POOLED") == found.pool
    assert taught(found, "XAV") == ("XAV",)


def test_a_run_of_one_country_gives_the_placebo_the_same_norms():
    cell = Cell("values", "XAV", "demo", "placebo")
    assert norms_of(settings(countries="XAV"), cell) == norms_of(settings(), cell)


def test_nobody_lends_to_itself():
    for seed in range(20):
        assert all(lender(country, POOL, seed) != country for country in POOL)


def test_the_order_of_the_pool_does_not_matter():
    assert [lender(c, POOL, 1) for c in POOL] == [lender(c, POOL[::-1], 1) for c in POOL]


def test_a_country_added_changes_those_alone_who_draw_it():
    before = {country: lender(country, POOL, 1) for country in POOL}
    after = {country: lender(country, (*POOL, "ZWE"), 1) for country in POOL}
    assert all(after[country] in (before[country], "ZWE") for country in POOL)


def test_the_seed_draws():
    draws = {lender("KEN", POOL, seed) for seed in range(200)}
    assert draws == set(POOL) - {"KEN"}


def test_a_variant_is_of_the_method_that_is_the_same_but_for_how_it_puts_questions():
    turned, top1 = {"order": "reversed"}, {"norms": "top1"}
    added = {
        "again": {"wording": 1, "labels": "letters"},
        "top1_turned": turned | top1,
        "turned": turned,
        "alone": turned | {"examples": 3},
    }
    assert variants(settings(methods=added).config.methods) == {
        "again": "vanilla",
        "top1_turned": "top1",
        "turned": "vanilla",
    }
