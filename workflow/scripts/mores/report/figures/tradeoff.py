"""What coming nearer to a country costs persons: alignment gained against wishes allowed."""

from typing import Any

from mores.report.figures.style import BLUE, GREY, Drawing, by_model, data_of, drawn, number
from mores.report.headline import MEAN, REFERENCE, read_rows

ENDS = ("", "_low", "_high")
COLUMNS = (
    *("model", "method", "alignment", "alignment_low", "alignment_high"),
    *("allowed", "allowed_low", "allowed_high"),
)


def draw_tradeoff(spec: Drawing, scores: str, allowed: str) -> dict[str, Any]:
    """A panel a model, a dot a method: both differences from `vanilla`, with their intervals."""
    rows = tradeoff_rows(scores, allowed)
    return drawn(_chart(rows), rows, COLUMNS)


def tradeoff_rows(scores: str, allowed: str) -> list[dict[str, Any]]:
    """Methods that have both differences, as means over the countries of each."""
    near, free = ({_key(row): row for row in _differences(table)} for table in (scores, allowed))
    return [
        {"model": model, "method": method}
        | {f"alignment{end}": number(row[f"delta{end}"]) for end in ENDS}
        | {f"allowed{end}": number(free[model, method][f"delta{end}"]) for end in ENDS}
        for (model, method), row in near.items()
        if (model, method) in free
    ]


def _differences(table: str) -> list[dict[str, str]]:
    return [
        row
        for row in read_rows(table)
        if row["country"] == MEAN and row["model"] != REFERENCE and row["delta"]
    ]


def _key(row: dict[str, str]) -> tuple[str, str]:
    return row["model"], row["method"]


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    x = alt.X("alignment:Q", title="alignment gained over vanilla, points")
    y = alt.Y("allowed:Q", title="wishes allowed beyond vanilla, points")
    base = alt.Chart()
    zero = alt.Chart(data_of([{"zero": 0}]))
    layers = alt.layer(
        zero.mark_rule(color=GREY, strokeDash=[4, 3]).encode(x="zero:Q"),
        zero.mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="zero:Q"),
        base.mark_rule(color=BLUE).encode(x=alt.X("alignment_low:Q"), x2="alignment_high:Q", y=y),
        base.mark_rule(color=BLUE).encode(y=alt.Y("allowed_low:Q"), y2="allowed_high:Q", x=x),
        base.mark_point(color=BLUE, filled=True, opacity=1, size=55).encode(x=x, y=y),
        base.mark_text(align="left", dx=7, dy=-7, fontSize=10).encode(x=x, y=y, text="method:N"),
    ).properties(width=300, height=240)
    return by_model(layers, rows, columns=2)
