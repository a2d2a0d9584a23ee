"""What a run ends with: the means of its tables, what to beware of, the headline, where to look."""

from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap

from mores.report.headline import headline, read_rows
from mores.scoring.marks import FEW_RESPONDENTS, MANY_INVALID

MEAN, REFERENCE = "MEAN", "reference"
# Of the rows that need no model those that tell where a score lies, besides the floors.
POINTS = (
    *("random", "other_mean", "neighbours", "ceiling"),
    *("chance", "majority_option", "half"),
)
HEAD = ("model", "method", "score", "interval", "delta", "interval", "p")
# Scores, and the digits after the point that tell them apart.
SCORES = {"alignment": 1, "accuracy": 1, "allow_rate": 1, "distance": 3}
WHOLE = "ALL"  # of a table that has rows of parts, what the rows of the whole are called
WIDTH = 90  # characters of a line
FEW = 5  # warnings told one by one


def summary(tables: Iterable[Path], marginals: Path) -> str:
    """The lines to print after a run that made these tables."""
    parts = []
    for path in tables:
        rows = [
            row
            for row in read_rows(path.read_text("utf-8"))
            if row.get("dimension", WHOLE) == WHOLE
        ]
        means = [row for row in rows if row["country"] == MEAN]
        parts += ["", f"{path}: means over {_countries(rows)} countries", aligned(means)]
        parts += invalid_rows(rows)
    return "\n".join([*parts, *few_respondents(marginals), ""])


def aligned(rows: list[dict[str, str]]) -> str:
    """Rows as text, scores and their intervals to one digit."""
    score = next((name for name in SCORES if rows and name in rows[0]), "alignment")
    digits = SCORES[score]
    table, points = [HEAD], {*POINTS, *(row.get("floor") for row in rows)}
    for row in rows:
        if row["model"] != REFERENCE or row["method"] in points:
            scored = (_points(row[score], digits), _interval(row, score, digits))
            gained = (_points(row["delta"], digits), _interval(row, "delta", digits))
            differs = (*gained, row.get("p_value", ""))
            table.append((row["model"], row["method"], *scored, *differs))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = []
    for line in table:
        fields = [
            field.ljust(width) if place < 2 else field.rjust(width)
            for place, (field, width) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append("  " + "  ".join(fields).rstrip())
    return "\n".join(lines)


def _points(value: str, digits: int) -> str:
    return f"{float(value):.{digits}f}" if value else ""


def _interval(row: dict[str, str], name: str, digits: int) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{_points(low, digits)} to {_points(high, digits)}" if low else ""


def _countries(rows: list[dict[str, str]]) -> int:
    return len({row["country"] for row in rows} - {MEAN})


def invalid_rows(rows: list[dict[str, str]]) -> list[str]:
    """A line for each cell of whose answers many name no option, and why they do not."""
    found = []
    for row in rows:
        if row["country"] == MEAN or row["model"] == REFERENCE:
            continue
        if (rate := float(row["invalid_rate"] or 0)) > MANY_INVALID:
            reasons = {
                name: int(row[name])
                for name in row
                if name.startswith("invalid_") and name != "invalid_rate"
            }
            why = max(reasons, key=lambda name: reasons[name]).removeprefix("invalid_")
            cell = f"{row['country']} {row['model']} {row['method']}"
            found.append(f"  beware: {cell}: {rate:.0%} of answers name no option (most: {why})")
    return _first(found)


def few_respondents(marginals: Path) -> list[str]:
    """A line for each country that few were asked in, where the survey tells how many."""
    if not marginals.exists():
        return []
    import polars as pl

    frame = pl.read_parquet(marginals, columns=["country", "item", "n"]).unique()
    medians = frame.group_by("country").agg(pl.col("n").median()).sort("country").drop_nulls()
    return _first(
        [
            f"  beware: {country}: {n:.0f} respondents an item (median): its most frequent answers "
            "are unsure"
            for country, n in medians.iter_rows()
            if n < FEW_RESPONDENTS
        ]
    )


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - FEW
    return [*lines[:FEW], *([f"  beware: and {more} more like these"] if more > 0 else [])]


def findings(scores: Path, contrasts: Path, report: Path, confidence: float, since: float) -> str:
    """The headline of what a run made since then, and where to look; empty if it made no report."""
    if not all(path.exists() for path in (scores, contrasts, report)):
        return f"{report} is not made yet: run `snakemake {report}`\n"
    if report.stat().st_mtime < since:
        return ""
    scored, compared = (read_rows(path.read_text(encoding="utf-8")) for path in (scores, contrasts))
    told = headline(scored, compared, confidence)
    lines = [line for text in told for line in [*wrap(text, WIDTH), ""]]
    return "\n".join([*lines, f"All of it, and every norm: {report.resolve().as_uri()}", ""])
