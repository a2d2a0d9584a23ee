"""Consistency: whether a method answers alike with options in another order, or reworded."""

from typing import Any

from mores.report.figures.style import BLUE, GREY, Drawing, by_model, drawn
from mores.report.headline import MEAN, read_rows

COLUMNS = ("model", "method", "variant_of", "country", "consistency")


def draw_consistency(spec: Drawing, scores: str) -> dict[str, Any]:
    """A line a variant: a small dot a country, a large one for their mean."""
    rows = consistency_rows(scores)
    return drawn(_chart(rows), rows, COLUMNS)


def consistency_rows(scores: str) -> list[dict[str, Any]]:
    """Per cent of items whose most frequent answer is the same as the plain method's."""
    return [
        {name: row[name] for name in COLUMNS[:4]} | {"consistency": float(row["consistency"])}
        for row in read_rows(scores)
        if row["consistency"]
    ]


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    scale = alt.Scale(domain=[0, 100])
    title = "items answered as by the plain method, per cent"
    label = "datum.method + ' (of ' + datum.variant_of + ')'"
    base = (
        alt.Chart()
        .transform_calculate(variant=label)
        .encode(
            x=alt.X("consistency:Q", title=title, scale=scale), y=alt.Y("variant:N", title=None)
        )
    )
    mean = f"datum.country == '{MEAN}'"
    layers = alt.layer(
        base.transform_filter(f"!({mean})").mark_point(color=GREY, size=25),
        base.transform_filter(mean).mark_point(color=BLUE, filled=True, opacity=1, size=70),
    ).properties(width=320, height=alt.Step(20))
    return by_model(layers, rows)
