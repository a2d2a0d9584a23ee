"""What Snakemake plans, asked of Snakemake itself: jobs per rule, errors before any job, lint."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COUNTRIES, METHODS, MINED = 6, 3, 6  # config/config.yaml; MINED: every country's norms are used


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
        "mine_low_norms": MINED,
        "mine_high_norms": MINED,
        "answer_items": COUNTRIES * METHODS,
        "score_cell": COUNTRIES * METHODS,
        "score_references": 1,
        "score_table": 1,
        "all": 1,
        "total": 4 + COUNTRIES + 2 * MINED + 2 * COUNTRIES * METHODS + 1,
    }


def test_a_part_of_the_grid_plans_its_cells_and_the_norms_they_need(checkout):
    """Two countries' own norms and those the placebo draws for them, at most two more."""
    part = planned(checkout, "--config", "countries=XAV,XBO", "methods=top1,placebo", "--", "all")
    assert part["answer_items"] == part["score_cell"] == 2 * 2
    assert 2 <= part["mine_low_norms"] == part["mine_high_norms"] == part["split_country"] <= 4
    cell = planned(checkout, "results/cells/vanilla/demo/XMO.json")
    assert "mine_low_norms" not in cell
    assert cell["answer_items"] == cell["score_cell"] == cell["split_country"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--config", "methods=vanila"], "methods: no 'vanila' in the configuration; did you mean"),
        (["--configfile", "config/wvs7.yaml"], "survey.path: missing; name your survey file with"),
    ],
)
@pytest.mark.parametrize("run", [["--dry-run"], ["--cores", "1"]])
def test_errors_come_before_any_job_in_plain_words(checkout, run, arguments, told):
    done = snakemake(checkout, *run, *arguments)
    assert done.returncode == 1
    assert f"Error: {told}" in done.stderr or f"\n  {told}" in done.stderr
    assert "Traceback" not in done.stderr
    assert "rule " not in done.stderr
    assert not (checkout / "results").exists()


def test_split_runs_for_real_and_a_touched_survey_makes_nothing_stale(checkout):
    survey = checkout / "survey.json"
    shutil.copy(ROOT / "resources/demo/survey.json", survey)
    arguments = ("--cores", "2", "--config", "survey=survey.json", "--", "split")
    done = snakemake(checkout, *arguments)
    assert done.returncode == 0, done.stderr
    assert len(list(checkout.glob("results/survey/X*/test.jsonl"))) == COUNTRIES
    survey.touch()
    assert "Nothing to be done" in snakemake(checkout, *arguments).stderr
    changed = json.loads(survey.read_text(encoding="utf-8"))
    first = next(iter(changed["XBO"].values()))
    first["1"], first["2"] = first["2"], first["1"]
    survey.write_text(json.dumps(changed))
    before = rows_of(checkout)
    assert snakemake(checkout, *arguments).returncode == 0
    after = rows_of(checkout)
    assert {path.parent.name for path in after if after[path] != before[path]} == {"XBO"}


def rows_of(checkout: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in checkout.glob("results/survey/X*/*.jsonl")}


def test_the_workflow_passes_snakemake_s_lint(checkout):
    done = snakemake(checkout, "--lint")
    assert done.returncode == 0, done.stderr
