from pathlib import Path

import pytest

from mores.study.runtime import Runtime, adapters, runtime, serving
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def settings(**overrides):
    return load_settings(["config/config.yaml"], overrides)


def test_a_run_without_tuned_methods_serves_no_adapters():
    found = serving(settings(methods="vanilla,top1"))
    assert found.max_lora_rank is None


def test_a_run_with_them_serves_the_largest_rank():
    found = settings(methods="vanilla,sft", tunings={"cnca_sft": {"rank": 64}})
    assert serving(found).max_lora_rank == 64
    assert serving(settings(engine={"max_lora_rank": 128})).max_lora_rank == 128


def test_the_adapters_of_a_run_are_its_cells_and_what_they_start_from():
    found = adapters(settings(methods="cnca_dpo", countries="XAV,XBO"))
    assert found == {
        f"results/adapters/{tuning}/demo/{country}"
        for tuning in ("cnca_dpo", "cnca_sft")
        for country in ("XAV", "XBO")
    }


def test_adapters_beyond_the_slots_stay_in_main_memory():
    """Eighteen take turns in eight slots; what the user says stands behind, where it wins."""
    own = ["--max-cpu-loras", "12"]
    found = serving(settings(engine={"server_args": own}))
    assert found.adapter_slots == 8
    assert found.server_args == ["--max-cpu-loras", "18", *own]


def test_where_all_have_a_slot_none_is_kept_beside():
    assert serving(settings(engine={"adapter_slots": 18})).server_args == []
    assert serving(settings(methods="vanilla")).server_args == []


def test_what_jobs_are_told_is_all_that_makes_nothing_stale():
    told = runtime(settings(models={"demo": {"resources": {"cpus": 3}}}))
    assert told.model_dump().keys() == {"engine", "training", "resources", "store"}
    assert told.resources["demo"].cpus == 3


def test_jobs_read_what_the_run_has_told():
    changed = {"engine": {"server_args": ["--block-size", "16"], "retries": 0}}
    told = runtime(settings(training={"save_steps": 2}, **changed))
    assert Runtime.model_validate_json(told.model_dump_json(exclude_defaults=True)) == told
    assert Runtime.model_validate_json("{}") == Runtime()
