"""What `audit` says of results that are stale, changed by hand, missing, or without a record."""

import re
from pathlib import Path

# What the study is run for here.
SHEET = "results/cells/values/vanilla/demo/XAV.json"
NORMS = "results/norms/top1/demo/XBO/high.jsonl"
TARGETS = f"{SHEET} {NORMS} results/cells/references.parquet"


LINE = re.compile(r"^(stale|missing|unknown) +(results/[^:\n]+)(?:: (.*))?$", re.M)


def lines(project) -> dict[str, str]:
    """By result, what the audit says of it."""
    found = LINE.findall(project.run("audit", target=""))
    return {path: f"{state} {why}".strip() for state, path, why in found}


def test_the_audit_names_key_module_and_input(project):
    project.write_study({"mining": {"norms_per_topic": 1}})
    with open("workflow/scripts/mores/scoring/cell.py", "a") as stream:
        stream.write("\nCHANGED = True\n")
    told = lines(project)
    assert told[NORMS] == "stale key norms_per_topic"
    assert told[SHEET] == "stale module mores/scoring/cell.py"
    stale = Path("work/stale.txt").read_text().split()
    assert {NORMS, SHEET} <= set(stale)
    assert "results/answers/values/vanilla/demo/XAV.jsonl" not in stale


def test_the_audit_names_the_input_that_a_result_should_have(project):
    project.write_study({"traces": {"norms": "ranked"}, "countries": ["XAV", "XBO"]})
    low = "results/norms/ranked/demo/XAV/low.jsonl"
    told = lines(project)
    assert told[low] == "missing"
    assert told["results/cells/references.parquet"] == "stale key countries; key pool"


def test_the_audit_tells_what_was_changed_by_hand_is_missing_or_has_no_record(project):
    answers = Path("results/answers/values/vanilla/demo/XAV.jsonl")
    answers.write_text(answers.read_text() + "\n")
    Path("results/made/norms/top1/demo/XBO/low.jsonl.json").unlink()
    Path("results/cells/references.parquet").unlink()
    told = lines(project)
    assert told[str(answers)] == "stale it is not what was written: changed by hand, or damaged"
    assert told[SHEET] == f"stale input {answers} has changed"
    assert told["results/norms/top1/demo/XBO/low.jsonl"] == "unknown it has no record"
    assert told[NORMS] == "stale input results/norms/top1/demo/XBO/low.jsonl is unknown"
    assert told["results/cells/references.parquet"] == "missing"
