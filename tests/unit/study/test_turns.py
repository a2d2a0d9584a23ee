"""Turns of models, as the rules' priorities say them to Snakemake."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from mores.study.plan import Study, _jobs, every_result
from mores.study.settings import load_settings
from mores.study.turns import (
    first,
    priority,
    to_ask,
    to_train,
    told,
    turn_to_ask,
    turn_to_train,
)

ROOT = Path(__file__).parents[3]
ON_GPU = {"models": {"demo": {"resources": {"gpus": 1}}}}
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


@pytest.mark.parametrize("where", [ON_GPU, {"engine": {"launcher": "slurm"}}])
def test_in_turns_no_job_is_more_urgent_than_what_it_waits_for(project, where):
    """As Snakemake sees it, of the whole grid: then no turn waits for a later one."""
    jobs = urgencies(TUNED | where)
    turned = {job for job, of in jobs.items() if of and job.rule.name != "score_cell"}
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


def test_on_a_cpu_what_others_wait_for_comes_first(project):
    """As Snakemake sees it: trainings, then all that is mined and sampled, then answers.

    A cell is scored while others wait for the server.
    """
    turned = Counter((job.rule.name, urgency) for job, urgency in urgencies(TUNED).items())
    classes = [
        {name for name, of in turned if of == urgency}
        for urgency in sorted({urgency for _, urgency in turned if urgency}, reverse=True)
    ]
    assert classes == [
        {"import_survey", "split_items", "split_country", "score_cell"},
        {"train_adapter", "collect_examples"},
        {"mine_topic_norms", "mine_low_norms", "mine_high_norms", "sample_traces"}
        | {"sample_rejected"},
        {"answer_items"},
    ]


def test_a_model_ends_before_the_next_begins_on_a_cpu_too(project):
    """Without tunings, which otherwise make room between the models."""
    other = {"other": {"path": "resources/demo/model"}}
    found = config(models=other, tunings=dict.fromkeys(config().tunings))
    answer, mine = {"method": "top1"}, {"mining": "top1"}
    order = [
        how(found, {"model": model} | named)
        for model in ("demo", "other")
        for how, named in ((to_train, {"tuning": "sft"}), (to_ask, mine), (to_ask, answer))
    ]
    assert order == sorted(set(order), reverse=True) and order[-1] > 0


def urgencies(overrides) -> dict:
    """The priority of each job of the whole grid."""
    return {
        job: job.rule.expand_priority(job.wildcards_dict, job.input, 1)
        for job in _jobs(Study(overrides=overrides), [])
    }


@pytest.mark.parametrize(
    ("where", "end"),
    [({}, "at once; on a CPU side by side)"), (ON_GPU, "(at most 1 server at once)")],
)
def test_the_plan_tells_the_turns(project, where, end):
    overrides = TUNED | where
    said = told(config(**overrides), every_result(Study(overrides=overrides)))
    line = said.splitlines()[1]
    jobs = re.findall(r"(ask|train) (\d+)", line)
    assert [does for does, _ in jobs] == ["ask", "train", "ask", "train", "ask"]
    assert [int(count) for does, count in jobs if does == "train"] == [2, 1]
    assert line.startswith("demo: ") and line.endswith(end)
    assert all(int(before) > int(after) for (_, before), (_, after) in pairwise(jobs[::2]))
