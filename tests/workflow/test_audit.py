"""What `audit` says of results that are stale, changed by hand, missing, or without a record."""

import os
from pathlib import Path

from mores.audit import audit


def test_the_audit_names_key_module_and_input(project):
    project.write_study({"tunings": {"cnca_dpo": {"beta": 0.2}}})
    with open("workflow/scripts/mores/scoring/cell.py", "a") as stream:
        stream.write("\nCHANGED = True\n")
    done = project.snakemake("audit", target=None)
    assert done.returncode == 0, done.stderr
    told = {line.split()[1]: line for line in done.stdout.splitlines() if line.startswith("stale")}
    adapter = "results/adapters/cnca_dpo/demo/XAV"
    assert told[f"{adapter}:"].endswith(": key settings.beta")
    answers = "results/answers/cnca_dpo/demo/XAV.jsonl"
    assert told[f"{answers}:"].endswith(f": input {adapter} is stale")
    cell = told["results/cells/vanilla/demo/XAV.json:"]
    assert cell.endswith(": module mores/scoring/cell.py")
    stale = Path("work/stale.txt").read_text().split()
    assert {adapter, answers, "results/scores.tsv"} <= set(stale)
    assert "results/answers/vanilla/demo/XAV.jsonl" not in stale


def test_the_audit_tells_what_was_changed_by_hand_is_missing_or_has_no_record(project):
    sheet = Path("results/cells/vanilla/demo/XAV.json")
    content, stat = sheet.read_bytes(), sheet.stat()
    sheet.write_text("{}")
    record = Path("results/made/answers/sft/demo/XBO.jsonl.json")
    hidden = record.rename("record.json")
    gone = Path("results/references-kept.json")
    Path("results/cells/references.json").rename(gone)
    findings = {one.path: one for one in audit(project.results())}
    assert "changed by hand" in findings[str(sheet)].reasons[0]
    assert findings["results/answers/sft/demo/XBO.jsonl"].state == "unknown"
    assert findings["results/cells/sft/demo/XBO.json"].state == "stale"
    assert findings["results/cells/references.json"].state == "missing"
    assert findings["results/cells/vanilla/demo/XBO.json"].state == "fresh"
    gone.rename("results/cells/references.json")
    hidden.rename(record)
    sheet.write_bytes(content)
    os.utime(sheet, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert {one.state for one in audit(project.results())} == {"fresh"}
