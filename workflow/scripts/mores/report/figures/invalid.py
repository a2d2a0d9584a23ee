"""Answers that name no option, by reason."""

from typing import Any

from mores.report.figures.style import Drawing, by_model, drawn, in_order
from mores.report.headline import MEAN, REFERENCE, read_rows

COLUMNS = ("model", "method", "reason", "answers", "share")
PREFIX = "invalid_"
LEAST = 5.0  # per cent that the axis shows at least, lest a few answers look like many


def draw_invalid(spec: Drawing, scores: str) -> dict[str, Any]:
    """A bar a model and method: the share of all its answers that name no option, by reason."""
    rows = invalid_rows(scores)
    page = spec.page(rows)
    return drawn(_chart(page, max(LEAST, *_sums(rows))), page, COLUMNS)


def invalid_rows(scores: str) -> list[dict[str, Any]]:
    """Counts over all countries, each reason also where there is none of it."""
    return [
        {
            "model": row["model"],
            "method": row["method"],
            "reason": name.removeprefix(PREFIX).replace("_", " "),
            "answers": int(row[name]),
            "share": 100 * int(row[name]) / int(row["n_answers"]),
        }
        for row in read_rows(scores)
        if row["country"] == MEAN and row["model"] != REFERENCE
        for name in row
        if name.startswith(PREFIX) and name != "invalid_rate" and row[name]
    ]


def _chart(rows: list[dict[str, Any]], end: float) -> Any:
    import altair as alt

    widest = alt.Scale(domain=[0, end])
    methods = in_order(rows, "method")
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="per cent of answers that name no option", scale=widest),
            y=alt.Y("method:N", title=None, sort=methods),
            color=alt.Color("reason:N", title=None),
        )
    )
    bars = bars.properties(width=380, height=alt.Step(18))
    return by_model(bars, rows)


def _sums(rows: list[dict[str, Any]]) -> list[float]:
    """The lengths of the bars."""
    found: dict[tuple[str, str], float] = {}
    for row in rows:
        key = (row["model"], row["method"])
        found[key] = found.get(key, 0) + row["share"]
    return [*found.values(), LEAST]
