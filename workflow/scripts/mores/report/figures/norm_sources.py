"""Whose norms help whom: norm source by answering model (Figure 5 of arXiv 2511.13359)."""

from typing import Any

from mores.report.figures.style import BLUE, GREY, Drawing, by_model, drawn, in_order, number
from mores.report.headline import BASELINE, MEAN, REFERENCE, read_rows

COLUMNS = ("model", "source", "with", "method", "alignment", "low", "high", "vanilla")


class Sourcing(Drawing):
    """Which methods differ in nothing but the model that mined their norms."""

    sources: dict[str, dict[str, str]]
    """By the first of them, and by the model that mined (empty: which answers), the method."""


def draw_norm_sources(spec: Sourcing, scores: str) -> dict[str, Any]:
    """A panel an answering model: its score with each model's norms, and without any."""
    rows = source_rows(spec, scores)
    return drawn(_chart(rows), rows, COLUMNS)


def source_rows(spec: Sourcing, scores: str) -> list[dict[str, Any]]:
    """Means over countries."""
    known = {
        (row["model"], row["method"]): row for row in read_rows(scores) if row["country"] == MEAN
    }
    models = dict.fromkeys(model for model, _ in known if model != REFERENCE)
    return [
        {
            "model": model,
            "source": source or model,
            "with": f"{first}, mined by {source or model}",
            "method": method,
            "alignment": number(row["alignment"]),
            "low": number(row["alignment_low"]),
            "high": number(row["alignment_high"]),
            "vanilla": number(known.get((model, BASELINE), {}).get("alignment", "")),
        }
        for model in models
        for first, methods in spec.sources.items()
        for source, method in methods.items()
        if (row := known.get((model, method)))
    ]


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    scale = alt.Scale(zero=False)
    order = in_order(rows, "with")
    base = alt.Chart().encode(y=alt.Y("with:N", title=None, sort=order))
    axis = alt.X("alignment:Q", title="alignment (0 to 100)", scale=scale)
    layers = alt.layer(
        base.mark_tick(color=GREY, thickness=2, size=12).encode(x=alt.X("vanilla:Q", scale=scale)),
        base.mark_rule(color=BLUE, strokeWidth=2).encode(
            x=alt.X("low:Q", scale=scale), x2="high:Q"
        ),
        base.mark_point(color=BLUE, filled=True, opacity=1, size=60).encode(x=axis),
    ).properties(width=260, height=alt.Step(20))
    return by_model(layers, rows, columns=2, title="answered by")
