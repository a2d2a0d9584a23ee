"""What results there are and what they are made from, read off Snakemake's own graph."""

from pathlib import Path

import pytest
import yaml

from mores.canonical import digest
from mores.provenance.fingerprint import step_modules
from mores.study.grid import ANSWERS, adapter_of, grid, norms_of
from mores.study.plan import Study, _jobs, every_result
from mores.study.settings import load_settings
from mores.study.specs import Specs

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A working directory with the project's files and no results."""
    for name in ("config", "resources", "workflow", "Snakefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)


def results(configfiles=(), **overrides):
    return every_result(Study(configfiles=list(configfiles), overrides=overrides))


def test_every_result_stands_once_after_what_it_is_made_from():
    found = results(countries="XAV,XBO")
    seen: set[str] = set()
    for result in found:
        assert result.path not in seen
        assert seen >= set(result.inputs)
        seen.add(result.path)
    tables = {f"results/{name}.tsv" for name in ("scores", "contrasts", "items", "topics")}
    assert tables < seen
    assert found[-1].path == "results/report.html"


def test_a_job_holds_the_spec_and_the_digest_of_the_code():
    overrides = {"countries": "XAV", "methods": "cnca_dpo"}
    specs = Specs(load_settings(["config/config.yaml"], overrides))
    by_rule = {one.rule: one for one in results(**overrides)}
    assert len(by_rule) == 17
    for rule, one in by_rule.items():
        spec = getattr(specs, rule)(**one.named)
        assert one.spec == spec.model_dump(mode="json")
        by_name = getattr(spec, "by_name", None)
        assert one.job["by_name"] == by_name
        assert one.job["code"] == digest(step_modules(rule, by_name))


def test_inputs_are_those_of_the_method():
    methods = {"mine": {"norms": "ranked", "norm_country": "random", "examples": 2}}
    overrides = {"countries": "XAV", "methods": methods | {"cnca_dpo": None}}
    settings = load_settings(["config/config.yaml"], overrides)
    found = {one.path: one for one in results(**overrides)}
    for cell in grid(settings):
        answers = found[cell.at(ANSWERS)]
        wanted = {norms_of(settings, cell), adapter_of(settings, cell)} - {None}
        if cell.method == "mine":
            wanted.add("results/survey/XAV/train.jsonl")
        assert set(answers.inputs) == wanted


def test_a_pooled_adapter_is_made_from_every_countrys_examples():
    pooled = {"pooled": {"tuning": "sft", "scope": "pooled"}}
    found = {one.path: one for one in results(countries="XAV", methods=pooled)}
    inputs = found["results/adapters/sft/demo/POOLED"].inputs
    assert inputs == [
        f"results/examples/sft/demo/POOLED/{code}.jsonl"
        for code in ("XAV", "XBO", "XDU", "XKI", "XLE", "XMO")
    ]


def test_what_asks_a_model_has_a_journal():
    for one in results(countries="XAV"):
        asks = one.rule.startswith(("mine_", "sample_", "answer_"))
        assert (one.journal is not None) == asks
        if asks:
            assert one.journal == Path("work/journal", Path(one.path).relative_to("results"))


def test_configuration_files_count_and_overrides_win(tmp_path):
    (tmp_path / "mine.yaml").write_text("answers: {samples: 2}\ntraces: {samples: 3}\n")
    given = {"countries": "XAV", "methods": "cnca_sft", "traces": {"samples": 4}}
    specs = {one.rule: one.spec for one in results(configfiles=["mine.yaml"], **given)}
    assert specs["answer_items"]["samples"] == 2
    assert specs["sample_traces"]["samples"] == 4


def test_published_adapters_are_results_where_they_exist(tmp_path):
    folder = "results/published/sft/demo/XAV"
    given = {"countries": "XAV", "methods": "sft"}
    assert folder not in {one.path for one in results(**given)}
    (tmp_path / folder).mkdir(parents=True)
    assert folder in {one.path for one in results(**given)}


def test_what_is_made_by_name_is_a_result_where_it_exists(tmp_path):
    given = {"countries": "XAV", "methods": "vanilla,top1"}
    made = {"results/figures/scores.svg", "results/norm_review/sheet.csv", "results/guardrails.tsv"}
    before = {one.path for one in results(**given)}
    assert not made & before
    for path in made:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    beside = {f"results/figures/scores.{kind}" for kind in ("png", "tsv")}
    beside |= {"results/norm_review/form.html", "results/norm_review_key.tsv"}
    assert {one.path for one in results(**given)} - before == made | beside


MODULE = """
module mores:
    snakefile: "workflow/Snakefile"
    config: config["mores"]
    prefix: "values"


use rule * from mores as mores_*
"""


def test_a_module_below_a_prefix_shows_the_review_that_lies_there(tmp_path):
    handed = yaml.safe_load(Path("config/config.yaml").read_text())
    handed |= {"countries": ["XAV"], "methods": {"vanilla": {}, "top1": {"norms": "top1"}}}
    (tmp_path / "Module").write_text(MODULE)
    study = Study(
        snakefile="Module", targets=["mores_all"], overrides={"mores": handed}, handed=handed
    )
    for place, found in (("results", False), ("values/results", True)):
        for name in ("norm_review_key", "norm_review_labels"):
            path = tmp_path / place / f"{name}.tsv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("id\n")
        (report,) = (one for one in every_result(study) if one.rule == "write_report")
        assert report.path == "values/results/report.html"
        assert bool(report.spec["key"]) == bool(report.spec["labels"]) == found


def test_results_are_told_whether_or_not_they_are_there():
    before = results(countries="XAV")
    split = Path("results/survey/split.tsv")
    split.parent.mkdir(parents=True)
    split.write_text("item\ttopic\tpart\n")
    assert results(countries="XAV") == before


@pytest.mark.parametrize(("gpus", "environment"), [(0, "cpu"), (1, "gpu")])
def test_the_configuration_says_which_conda_environment_engines_have(gpus, environment):
    """Not the host that plans: a login node has no GPU, and the nodes of its jobs have some."""
    needs = {"models": {"demo": {"resources": {"gpus": gpus}}}}
    study = Study(overrides={"countries": "XAV", "methods": "vanilla,sft"} | needs)
    found = {job.rule.name: job.rule.conda_env for job in _jobs(study, [])}
    engines = f"../envs/{environment}.yaml"
    assert found["answer_items"] == found["train_adapter"] == engines
    assert found["score_table"] == found["split_country"] == "../envs/cpu.yaml"
