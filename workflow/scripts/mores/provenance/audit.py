"""The audit: of every result, whether it is what today's files would make, and if not why.

It compares each record with what the result *should* be made from, by contents alone, so it works
after `.snakemake/` is lost, and on a results folder copied from another machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from mores.contents import content_digest
from mores.provenance.fingerprint import step_modules
from mores.provenance.records import read_record

STATES = ("fresh", "stale", "missing", "unknown")


class Expected(Protocol):
    """A result as the study wants it."""

    @property
    def path(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def job(self) -> dict[str, Any]: ...
    @property
    def inputs(self) -> list[str]: ...


@dataclass(frozen=True)
class Finding:
    """A result's state, `fresh`, `stale`, `missing` or `unknown` (no record), and why."""

    path: str
    rule: str
    state: str
    reasons: tuple[str, ...] = ()


def audit(results: Sequence[Expected]) -> list[Finding]:
    """One finding per result, in the order given: inputs before what is made from them."""
    findings: dict[str, Finding] = {}
    contents = cache(content_digest)  # a file that many results are made from is read once
    for result in results:
        findings[result.path] = _find(result, findings, contents)
    return list(findings.values())


def _find(result: Expected, before: dict[str, Finding], contents: Callable[[str], str]) -> Finding:
    if not Path(result.path).exists():
        return Finding(result.path, result.rule, "missing")
    record = read_record(result.path)
    if record is None:
        return Finding(result.path, result.rule, "unknown", ("it has no record",))
    spec = result.job["spec"]
    reasons = [
        *(f"key {key}" for key in changed_keys(record["spec"], spec)),
        *(f"module {name}" for name in _changed(record["modules"], _modules(result))),
        *_changed_inputs(record["inputs"], result.inputs, before, contents),
    ]
    if contents(result.path) != record["output"]:
        reasons.append("it is not what was written: changed by hand, or damaged")
    return Finding(result.path, result.rule, "stale" if reasons else "fresh", tuple(reasons))


def _modules(result: Expected) -> dict[str, str]:
    return step_modules(result.rule, result.job["by_name"])


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


def _changed_inputs(
    recorded: dict[str, str],
    wanted: list[str],
    before: dict[str, Finding],
    contents: Callable[[str], str],
) -> list[str]:
    known = set(wanted)
    reasons = [f"input {path} is no input any more" for path in recorded if path not in known]
    for path in wanted:
        if path not in recorded:
            reasons.append(f"input {path} is new")
        elif not Path(path).exists():
            reasons.append(f"input {path} is missing")
        elif contents(path) != recorded[path]:
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
