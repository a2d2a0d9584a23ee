"""Contrasts as a forest: what differs in the mean over countries, and how surely."""

from typing import Any

from mores.report.figures.style import BLUE, GREY, Drawing, data_of, drawn, number
from mores.report.headline import MEAN, SURE, read_rows

COLUMNS = ("model", "of", "contrast", "difference", "low", "high", "p_adjusted", "sure")


def draw_contrasts(spec: Drawing, contrasts: str) -> dict[str, Any]:
    """A line a contrast: the difference with its interval, filled where it is sure."""
    rows = contrast_rows(contrasts)
    told = [row[name] for row in rows for name in COLUMNS[3:6] if row[name] is not None]
    page = spec.page(rows, "of")
    return drawn(_chart(page, [min([0, *told]), max([0, *told])]), page, COLUMNS)


def contrast_rows(contrasts: str) -> list[dict[str, Any]]:
    """The means over countries, in the table's order."""
    found = []
    for row in read_rows(contrasts):
        if row["country"] == MEAN and row["difference"]:
            against = row["than"] and f" beyond {row['than']}"
            p_adjusted = number(row["p_adjusted"])
            found.append(
                {
                    "model": row["model"],
                    "of": row["of"],
                    "contrast": f"{row['model']}: {row['of']} - {row['against']}{against}",
                    **{name: number(row[name]) for name in ("difference", "low", "high")},
                    "p_adjusted": p_adjusted,
                    "sure": "yes" if p_adjusted is not None and p_adjusted < SURE else "no",
                }
            )
    return found


def _chart(rows: list[dict[str, Any]], ends: list[float]) -> Any:
    """The axis goes from one end to the other, on each page the same."""
    import altair as alt

    order = [row["contrast"] for row in rows]
    scale = alt.Scale(domain=ends, nice=True)
    base = alt.Chart(data_of(rows)).encode(y=alt.Y("contrast:N", title=None, sort=order))
    told = alt.Color(
        "sure:N",
        title=f"adjusted p below {SURE}",
        scale=alt.Scale(domain=["yes", "no"], range=[BLUE, GREY]),
    )
    shape = alt.Shape(
        "sure:N",
        title=f"adjusted p below {SURE}",
        scale=alt.Scale(domain=["yes", "no"], range=["circle", "diamond"]),
    )
    title = "difference in points, interval by topic"
    zero = alt.Chart(data_of([{"zero": 0}])).mark_rule(strokeDash=[4, 3]).encode(x="zero:Q")
    return alt.layer(
        zero,
        base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", color=told),
        base.mark_point(filled=True, opacity=1, size=70).encode(
            x=alt.X("difference:Q", title=title, scale=scale), color=told, shape=shape
        ),
    ).properties(width=380, height=alt.Step(20))
