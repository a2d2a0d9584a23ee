"""Turns of models, as the rules' priorities say them to Snakemake."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from mores.study.plan import Study, _jobs, every_result
from mores.study.settings import load_settings
from mores.study.turns import first, priority, told, turn_to_ask, turn_to_train

ROOT = Path(__file__).parents[3]
TUNED = {"methods": "vanilla,topic,top1,ranked,placebo,sft,cnca_sft,cnca_dpo", "countries": "XAV"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A working directory with the project's files and no results."""
    for name in ("config", "resources", "workflow", "Snakefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)


def config(**overrides):
    return load_settings(["config/config.yaml"], overrides).config


def test_a_model_is_asked_and_trained_in_turn(project):
    found = config()
    assert turn_to_ask(found, {"mining": "top1", "model": "demo"}) == 0
    assert turn_to_ask(found, {"method": "top1"}) == turn_to_ask(found, {"method": "vanilla"}) == 0
    assert turn_to_train(found, {"tuning": "sft"}) == turn_to_train(found, {"tuning": "cnca_sft"})
    chain = [
        turn_to_ask(found, {"method": "ranked"}),
        turn_to_train(found, {"tuning": "cnca_sft"}),
        turn_to_ask(found, {"tuning": "cnca_sft", "learner": "XAV"}),
        turn_to_train(found, {"tuning": "cnca_dpo"}),
        turn_to_ask(found, {"method": "cnca_dpo"}),
    ]
    assert chain == [0, 1, 2, 3, 4]


def test_a_model_ends_before_the_next_begins(project):
    found = config(models={"other": {"path": "resources/demo/model"}})
    order = [first(found)]
    for model in ("demo", "other"):
        order += [priority(found, model, turn) for turn in range(5)]
    assert order == sorted(set(order), reverse=True) and order[-1] > 0
    assert priority(found, "demo+m1t2", 3) == priority(found, "demo", 3)


def test_no_job_is_more_urgent_than_what_it_waits_for(project):
    """As Snakemake sees it, of the whole grid: then no turn waits for a later one."""
    jobs = {
        job: job.rule.expand_priority(job.wildcards_dict, job.input, 1)
        for job in _jobs(Study(overrides=TUNED), [])
    }
    turned = {job for job, urgency in jobs.items() if urgency}
    assert {job.rule.name for job in turned} == {
        *("import_survey", "split_items", "split_country", "collect_examples", "train_adapter"),
        *("mine_topic_norms", "mine_low_norms", "mine_high_norms", "answer_items"),
        *("sample_traces", "sample_rejected"),
    }
    for job in turned:
        needs = [one for one in job.dag.dependencies[job] if one in jobs]
        assert all(jobs[one] >= jobs[job] for one in needs)
    asked = {jobs[job] % 2 for job in turned if job.rule.name in ("answer_items", "train_adapter")}
    assert asked == {0, 1}


def test_the_plan_tells_the_turns(project):
    said = told(config(**TUNED), every_result(Study(overrides=TUNED)))
    line = said.splitlines()[1]
    jobs = re.findall(r"(ask|train) (\d+)", line)
    assert [does for does, _ in jobs] == ["ask", "train", "ask", "train", "ask"]
    assert [int(count) for does, count in jobs if does == "train"] == [2, 1]
    assert line.startswith("demo: ") and line.endswith("(at most 1 server at once)")
    assert all(int(before) > int(after) for (_, before), (_, after) in pairwise(jobs[::2]))
