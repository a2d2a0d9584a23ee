"""The audit: of every result, whether it is what today's files would make, and if not why.

It reads records and contents alone, so it works after `.snakemake/` is lost, and on a results
folder copied from another machine.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mores.fingerprint import module_digests
from mores.records import content_digest, read_record
from mores.results import Result

SCRIPTS = Path("workflow/scripts")
STATES = ("fresh", "stale", "missing", "unknown")


@dataclass(frozen=True)
class Finding:
    """A result's state, `fresh`, `stale`, `missing` or `unknown` (no record), and why."""

    path: str
    rule: str
    state: str
    reasons: tuple[str, ...] = ()


def audit(results: list[Result]) -> list[Finding]:
    """One finding per result, in the order given: inputs before what is made from them."""
    findings: dict[str, Finding] = {}
    for result in results:
        findings[result.path] = _find(result, findings)
    return list(findings.values())


def _find(result: Result, before: dict[str, Finding]) -> Finding:
    if not Path(result.path).exists():
        return Finding(result.path, result.rule, "missing")
    record = read_record(result.path)
    if record is None:
        return Finding(result.path, result.rule, "unknown", ("it has no record",))
    reasons = [
        *(f"key {key}" for key in changed_keys(record["spec"], json.loads(result.spec))),
        *(f"module {name}" for name in _changed(record["modules"], _modules(result.rule))),
        *_changed_inputs(record["inputs"], before),
    ]
    if content_digest(result.path) != record["output"]:
        reasons.append("it is not what was written: changed by hand, or damaged")
    return Finding(result.path, result.rule, "stale" if reasons else "fresh", tuple(reasons))


def _modules(rule: str) -> dict[str, str]:
    return module_digests(SCRIPTS / f"{rule}.py")


def changed_keys(old: Any, new: Any, key: str = "") -> list[str]:
    """The dotted keys whose values differ."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [] if old == new else [key]
    names = sorted({*old, *new})
    return [
        found
        for name in names
        for found in changed_keys(old.get(name), new.get(name), f"{key}.{name}".lstrip("."))
    ]


def _changed(old: dict[str, str], new: dict[str, str]) -> list[str]:
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def _changed_inputs(inputs: dict[str, str], before: dict[str, Finding]) -> list[str]:
    reasons = []
    for path, made_from in inputs.items():
        if not Path(path).exists():
            reasons.append(f"input {path} is missing")
        elif content_digest(path) != made_from:
            reasons.append(f"input {path} has changed")
        elif path in before and before[path].state != "fresh":
            reasons.append(f"input {path} is {before[path].state}")
    return reasons


def report(findings: list[Finding]) -> str:
    """Counts by rule and state, then each result that is not fresh, with the reasons."""
    counts: dict[str, dict[str, int]] = {}
    for finding in findings:
        row = counts.setdefault(finding.rule, dict.fromkeys(STATES, 0))
        row[finding.state] += 1
    total = {state: sum(row[state] for row in counts.values()) for state in STATES}
    lines = ["".join([f"{'rule':18}", *(f"{state:>9}" for state in STATES)])]
    for rule, row in [*counts.items(), ("total", total)]:
        lines.append("".join([f"{rule:18}", *(f"{row[state]:9}" for state in STATES)]))
    for finding in findings:
        if finding.state != "fresh":
            why = f": {'; '.join(finding.reasons)}" if finding.reasons else ""
            lines.append(f"{finding.state:8} {finding.path}{why}")
    return "\n".join(lines) + "\n"
