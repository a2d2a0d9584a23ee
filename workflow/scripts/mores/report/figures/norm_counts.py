"""How scores go with the number of norms in context (Figure 4 of arXiv 2511.13359)."""

from typing import Any

from mores.report.figures.style import COLOURS, Drawing, by_model, drawn, in_order, number
from mores.report.headline import MEAN, REFERENCE, read_rows

COLUMNS = ("model", "curve", "norms", "method", "alignment", "low", "high")


class Counting(Drawing):
    """Which methods make a curve."""

    curves: dict[str, dict[int, str]]
    """By the method with all norms, and by how many norms each topic has, the method."""


def draw_norm_counts(spec: Counting, scores: str) -> dict[str, Any]:
    """A curve for methods that differ in the number of norms alone, with intervals."""
    rows = count_rows(spec, scores)
    return drawn(_chart(rows), rows, COLUMNS)


def count_rows(spec: Counting, scores: str) -> list[dict[str, Any]]:
    """Means over countries, from few norms to many."""
    known = {
        (row["model"], row["method"]): row for row in read_rows(scores) if row["country"] == MEAN
    }
    models = dict.fromkeys(model for model, _ in known if model != REFERENCE)
    return [
        {
            "model": model,
            "curve": curve,
            "norms": count,
            "method": method,
            "alignment": number(row["alignment"]),
            "low": number(row["alignment_low"]),
            "high": number(row["alignment_high"]),
        }
        for model in models
        for curve, methods in spec.curves.items()
        for count, method in sorted(methods.items())
        if (row := known.get((model, method)))
    ]


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    curves = in_order(rows, "curve")
    scale = alt.Scale(domain=curves, range=COLOURS[: len(curves)])
    base = alt.Chart().encode(
        x=alt.X("norms:Q", title="norms per topic", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("curve:N", title=None, scale=scale),
    )
    # On the colours' scale, so that one legend tells both.
    shape = alt.Shape("curve:N", title=None, scale=alt.Scale(domain=curves))
    height = alt.Y("alignment:Q", title="alignment (0 to 100)", scale=alt.Scale(zero=False))
    layers = alt.layer(
        base.mark_rule().encode(y=alt.Y("low:Q", scale=alt.Scale(zero=False)), y2="high:Q"),
        base.mark_line().encode(y=height),
        base.mark_point(filled=True, opacity=1, size=60).encode(y=height, shape=shape),
    ).properties(width=260, height=200)
    return by_model(layers, rows, columns=2)
