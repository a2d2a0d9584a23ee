"""What Snakemake plans, asked of Snakemake itself: jobs per rule, errors before any job, lint."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mores.method.items import load_bank

ROOT = Path(__file__).parents[2]
COUNTRIES, METHODS = 6, 8  # config/config.yaml


@pytest.fixture
def checkout(tmp_path):
    """The repository's files in a folder without results, so that everything is to be done."""
    shutil.copy(ROOT / "Snakefile", tmp_path)
    for name in ("config", "profiles", "resources", "workflow"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def snakemake(checkout: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "snakemake", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=120)


def planned(checkout: Path, *arguments: str) -> dict[str, int]:
    """Jobs per rule of a dry run."""
    done = snakemake(checkout, "--dry-run", *arguments)
    assert done.returncode == 0, done.stderr
    table = (done.stdout + done.stderr).split("Job stats:")[-1].split("Reasons:")[0]
    return {rule: int(count) for rule, count in re.findall(r"^(\w+)\s+(\d+)$", table, re.M)}


def test_the_demo_s_plan_is_the_grid(checkout):
    assert planned(checkout) == {
        "import_survey": 1,
        "split_items": 1,
        "split_country": COUNTRIES,
        "mine_low_norms": 2 * COUNTRIES,  # top1 and ranked
        "mine_high_norms": 2 * COUNTRIES,
        "mine_topic_norms": COUNTRIES,
        "sample_traces": COUNTRIES,
        "collect_examples": 3 * COUNTRIES,  # sft, cnca_sft and cnca_dpo
        "train_adapter": 3 * COUNTRIES,
        "sample_rejected": COUNTRIES,
        "answer_items": COUNTRIES * METHODS,
        "score_cell": COUNTRIES * METHODS,
        "score_references": 1,
        "score_table": 1,
        "check_leaks": COUNTRIES,
        "list_leaks": 1,
        "list_items": 1,
        "find_norms": METHODS,
        "list_stated": 1,
        "show_thinking": 4,  # vanilla, topic, top1, ranked
        "score_contrasts": 1,
        "write_report": 1,
        "tables": 1,
        "total": 14 + METHODS + (1 + 5 + 9) * COUNTRIES + 2 * COUNTRIES * METHODS,
    }


def test_a_part_of_the_grid_plans_its_cells_and_the_norms_they_need(checkout):
    """Two countries' own norms and those the placebo draws for them, at most two more."""
    part = planned(checkout, "--config", "countries=XAV,XBO", "methods=top1,placebo", "--", "all")
    assert part["answer_items"] == part["score_cell"] == 2 * 2
    assert 2 <= part["mine_low_norms"] == part["mine_high_norms"] == part["split_country"] <= 4
    cell = planned(checkout, "results/cells/values/vanilla/demo/XMO.json")
    assert "mine_low_norms" not in cell
    assert cell["answer_items"] == cell["score_cell"] == cell["split_country"] == 1


@pytest.mark.long
def test_the_paper_s_grid_is_its_arithmetic(checkout):
    """18 countries, 4 models, 8 methods of the default and 17 more; traces for every cell."""
    bank = load_bank(ROOT / "resources/items/wvs7.yaml")
    shares = {item.id: {str(item.codes[0]): 1.0} for item in bank.items.values()}
    paper = yaml.safe_load((ROOT / "config/paper.yaml").read_text(encoding="utf-8"))
    survey = json.dumps(dict.fromkeys(paper["countries"], shares))
    (checkout / "survey.json").write_text(survey)
    arguments = ("--configfile", "config/paper.yaml", "--config", "survey=survey.json")
    plan = planned(checkout, *arguments, "--", "results/scores.tsv")
    units = 18 * 4
    assert plan["answer_items"] == plan["score_cell"] == units * (8 + 17)
    assert plan["mine_topic_norms"] == plan["sample_traces"] == plan["sample_rejected"] == units
    assert plan["mine_low_norms"] == plan["mine_high_norms"] == 2 * units
    assert plan["collect_examples"] == plan["train_adapter"] == 3 * units


@pytest.mark.long
def test_draws_share_what_they_do_not_draw_anew(checkout):
    """Of each of two splits two minings, and of each of these two trainings."""
    drawn = "replicates={methods: [cnca_sft], split: 2, mining: 2, training: 2}"
    plan = planned(checkout, "--config", "countries=XAV", "methods=vanilla,cnca_sft", drawn)
    assert plan["split_items"] == plan["split_country"] == 2
    assert plan["mine_low_norms"] == 2 * 2
    assert plan["sample_traces"] == plan["collect_examples"] == plan["train_adapter"] == 2 * 2 * 2
    assert plan["answer_items"] == plan["score_cell"] == 1 + 2 * 2 * 2
    assert plan["score_variance"] == 1
    assert "mine_high_norms" not in plan
    one = planned(checkout, "--config", drawn, "--", "results/traces/demo+s1m1t1/XAV.jsonl")
    assert (one["mine_low_norms"], one["split_country"], one["sample_traces"]) == (1, 1, 1)


def test_a_pooled_adapter_learns_from_every_country_and_is_trained_once(checkout):
    methods = "methods={pooled: {tuning: cnca_sft, scope: pooled}}"
    cell = "results/cells/values/pooled/demo/XAV.json"
    plan = planned(checkout, "--config", methods, "--", cell)
    assert plan["train_adapter"] == plan["answer_items"] == 1
    assert plan["sample_traces"] == plan["collect_examples"] == COUNTRIES


@pytest.mark.parametrize(
    ("run", "arguments", "told"),
    [
        (
            ["--dry-run"],
            ["--config", "methods=vanila"],
            "methods: no 'vanila' in the configuration; did you mean",
        ),
        (
            ["--cores", "1"],
            ["--configfile", "config/wvs7.yaml"],
            "survey.path: missing; name your survey file with",
        ),
        (
            ["--cores", "1"],
            ["--config", "evaluations={mine: {kind: cdeval, path: data/sets/none.json}}"],
            "data/sets/none.json: no such file, nor is that the id of a data set",
        ),
    ],
)
def test_errors_come_before_any_job_in_plain_words(checkout, run, arguments, told):
    done = snakemake(checkout, *run, *arguments)
    assert done.returncode == 1
    assert f"Error: {told}" in done.stderr or f"\n  {told}" in done.stderr
    assert "Traceback" not in done.stderr
    assert "rule " not in done.stderr
    assert not (checkout / "results").exists()


def test_another_country_s_answers_and_a_touched_survey_split_no_country_again(checkout):
    survey = checkout / "survey.json"
    shutil.copy(ROOT / "resources/demo/survey.json", survey)
    sheets = [f"results/survey/{country}/test.jsonl" for country in ("XAV", "XBO", "XDU")]
    arguments = ("--cores", "2", "--config", "survey=survey.json", "--", *sheets)
    done = snakemake(checkout, *arguments)
    assert done.returncode == 0, done.stderr
    survey.touch()
    assert "Nothing to be done" in snakemake(checkout, *arguments).stderr
    changed = json.loads(survey.read_text(encoding="utf-8"))
    first = next(iter(changed["XBO"].values()))
    first["1"], first["2"] = first["2"], first["1"]
    survey.write_text(json.dumps(changed))
    before = times(checkout)
    assert snakemake(checkout, *arguments).returncode == 0
    after = times(checkout)
    assert {path.parent.name for path in after if after[path] != before[path]} == {"XBO"}


def times(checkout: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in checkout.glob("results/survey/X*/*.jsonl")}
