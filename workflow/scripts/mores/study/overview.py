"""The grid at a glance: how much of each part is done, stale or missing, and what it took."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from mores.provenance.audit import Finding
from mores.provenance.records import seconds_of
from mores.rows import read_json
from mores.study.plan import Result

# Kinds of results, by the wildcards that name their part of the grid; the rest is countries.
PARTS = {
    "mine_low_norms": ("model", "mining"),
    "mine_high_norms": ("model", "mining"),
    "mine_topic_norms": ("model", "mining"),
    "sample_traces": ("model",),
    "sample_rejected": ("model", "tuning"),
    "train_adapter": ("model", "tuning"),
    "answer_items": ("model", "evaluation", "method"),
    "score_cell": ("model", "evaluation", "method"),
}
HEAD = ("step", "model", "part", "done", "stale", "missing", "hours")


def measured(results: Sequence[Result]) -> dict[str, float]:
    """By a job's first result the seconds that the job took."""
    found = {}
    for result in results:
        with suppress(ValueError, TypeError):  # none, or none that we wrote
            found[result.path] = float(read_json(seconds_of(result.path)))
    return found


def overview(
    results: Sequence[Result], findings: Sequence[Finding], seconds: Mapping[str, float]
) -> str:
    """A line for each step of each part of the grid, model by model, and the sum of it all.

    `done` are results that are fresh, `stale` those that are not or whose record is gone; `hours`
    is what the jobs took that made those that are there, one after the other.
    """
    state = {finding.path: finding.state for finding in findings}
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    took: dict[tuple[str, str, str], float] = {}
    for result in results:
        named = [result.named[name] for name in PARTS.get(result.rule, ())]
        model, part = (named[0], " ".join(named[1:])) if named else ("", "")
        key = (model, part, result.rule)
        row = counts.setdefault(key, dict.fromkeys(HEAD[3:6], 0))
        told = {"fresh": "done", "missing": "missing"}.get(state[result.path], "stale")
        row[told] += 1
        took[key] = took.get(key, 0) + seconds.get(result.path, 0)
    steps = list(PARTS)
    order = sorted(counts, key=lambda key: (key[0], steps.index(key[2]) if key[0] else -1, key[1:]))
    rows = [
        (
            rule,
            model,
            part,
            *(str(count or "") for count in counts[key].values()),
            _hours(took[key]),
        )
        for key in order
        for model, part, rule in [key]
    ]
    sums = [str(sum(row[name] for row in counts.values())) for name in HEAD[3:6]]
    return _aligned([HEAD, *rows, ("all", "", "", *sums, _hours(sum(took.values())))])


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.3f}" if seconds else ""


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """Words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        words = [field.ljust(width) for field, width in zip(row[:3], widths[:3], strict=True)]
        numbers = [field.rjust(width) for field, width in zip(row[3:], widths[3:], strict=True)]
        lines.append("  ".join([*words, *numbers]).rstrip())
    return "\n".join(lines) + "\n"
