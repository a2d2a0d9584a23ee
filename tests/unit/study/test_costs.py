from pathlib import Path

import pytest

from mores.engine.journal import Journal
from mores.method.requests import Completion
from mores.study.costs import plan, table
from mores.study.plan import Study, every_result
from mores.study.settings import load_settings
from mores.study.specs import Specs

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A working directory with the project's files and no journals."""
    for name in ("config", "resources", "workflow", "Snakefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(**overrides) -> dict[str, dict]:
    settings = load_settings(["config/config.yaml"], overrides)
    results = every_result(Study(configfiles=[], overrides=overrides))
    return {row["stage"]: row for row in plan(settings, Specs(settings), results)}


def test_requests_are_the_grids_arithmetic(project):
    found = rows(countries="XAV,XBO", methods="vanilla,topic,top1,ranked,sft,cnca_dpo")
    assert found["answer_items"]["requests"] == 2 * 6 * 96 * 3
    assert found["mine_low_norms"]["requests"] == 2 * 2 * 40  # traces take top1's
    assert found["mine_high_norms"]["requests"] == 2 * 2 * 8
    assert found["mine_topic_norms"]["requests"] == 2 * 8
    assert found["sample_traces"]["requests"] == found["sample_rejected"]["requests"] == 2 * 40 * 8
    adapters = {stage: row["adapters"] for stage, row in found.items() if "adapters" in row}
    assert adapters == {"train sft": 2, "train cnca_sft": 2, "train cnca_dpo": 2}


def test_a_pooled_adapter_needs_every_countrys_traces(project):
    methods = {"pooled": {"tuning": "cnca_sft", "scope": "pooled"}, "sft": None, "cnca_dpo": None}
    methods |= dict.fromkeys(("topic", "top1", "ranked", "placebo", "cnca_sft"))
    found = rows(methods=methods, countries="XAV")
    assert found["sample_traces"]["requests"] == 6 * 40 * 8
    assert found["train cnca_sft"]["adapters"] == 1


def test_what_is_journalled_is_not_asked_and_tells_how_long_replies_are(project):
    journal = project / "work/journal/answers/values/vanilla/demo/XAV.jsonl"
    with Journal(journal) as book:
        for number in [*range(100), 7]:
            book.add(Completion(f"{number:064x}", "1", "stop", 100, 40))
    with open(journal, "ab") as stream:
        stream.write(b'{"key": "torn')
    speed = {"models": {"demo": {"resources": {"tokens_per_second": 10}}}}
    row = rows(countries="XAV", methods="vanilla", **speed)["answer_items"]
    assert (row["requests"], row["journalled"]) == (288, 100)
    assert (row["prompt_tokens"], row["output_tokens"]) == (188 * 100, 188 * 40)
    assert row["gpu_hours"] == pytest.approx(188 * 40 / 10 / 3600)


def test_more_norms_make_longer_prompts(project):
    methods = {"one": {"norms": "top1", "norms_per_topic": 1}}
    settings = {"countries": "XAV", "methods": methods}
    few = rows(**settings)["answer_items"]["prompt_tokens"]
    settings["methods"] = {"one": {"norms": "top1", "norms_per_topic": 3}}
    assert rows(**settings)["answer_items"]["prompt_tokens"] > few


def test_a_way_with_more_norms_of_its_own_makes_longer_prompts(project):
    def asked(count):
        way = {"answers": "top", "norms_per_topic": count}
        methods = {"mine": {"norms": "own"}}
        return rows(countries="XAV", methods=methods, mining={"ways": {"own": way}})

    one, five = asked(1), asked(5)
    for stage in ("answer_items", "mine_high_norms"):
        assert five[stage]["prompt_tokens"] >= one[stage]["prompt_tokens"]
    assert five["answer_items"]["prompt_tokens"] > one["answer_items"]["prompt_tokens"]


def test_norms_that_are_left_out_are_planned_beforehand(project):
    """Three norms a topic, of one of two countries: the method's answers there three times."""
    asked = {"countries": "XAV,XBO", "methods": "vanilla,top1"}
    found = rows(**asked, norm_effects={"methods": ["top1"], "countries": ["XAV"]})
    assert found["norm_effects"]["requests"] == 3 * 96 * 3
    assert found["answer_items"] == rows(**asked)["answer_items"]


def test_replicates_are_planned_beforehand(project):
    """Two minings, and of each two trainings; the study's own draw is counted as ever."""
    asked = {"countries": "XAV", "methods": "vanilla,cnca_sft"}
    drawn = {"methods": ["cnca_sft"], "mining": 2, "training": 2}
    own, found = rows(**asked), rows(**asked, replicates=drawn)
    assert {stage: found[stage] for stage in own if stage != "train cnca_sft"} == {
        stage: row for stage, row in own.items() if stage != "train cnca_sft"
    }
    assert found["train cnca_sft"]["adapters"] == 4
    assert found["answer_items (replicates)"]["requests"] == 3 * 96 * 3
    assert found["mine_low_norms (replicates)"]["requests"] == 40
    assert found["sample_traces (replicates)"]["requests"] == 3 * 40 * 8


def test_the_table_ends_in_a_total(project):
    text = table(list(rows(countries="XAV", methods="vanilla,sft").values()))
    lines = [line.split() for line in text.splitlines()]
    assert lines[0][:4] == ["stage", "model", "requests", "journalled"]
    assert lines[-1][:3] == ["total", "576", "0"]
    assert lines[-1][-1] == "1"
