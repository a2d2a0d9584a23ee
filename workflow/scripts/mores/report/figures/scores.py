"""Scores per country, model by model and method by method, between floor and ceiling."""

from typing import Any

from mores.report.figures.style import (
    ACROSS,
    BLUE,
    GREY,
    Drawing,
    columns_of,
    drawn,
    number,
    panels,
)
from mores.report.headline import BASELINE, MEAN, REFERENCE, read_rows

CEILING = "ceiling"
SHOWN = ("alignment", "low", "high", "vanilla", "floor", "ceiling")
COLUMNS = ("model", "method", "country", *SHOWN)
MANY = 12  # countries whose lines stand closer together


def draw_scores(spec: Drawing, scores: str) -> dict[str, Any]:
    """A panel a model and method: a dot a country, with `vanilla`, floor and ceiling as marks."""
    rows = score_rows(scores)
    told = [row[name] for row in rows for name in SHOWN if row[name] is not None]
    page = spec.page(rows)
    return drawn(_chart(page, [min(told, default=0), max(told, default=100)]), page, COLUMNS)


def score_rows(scores: str) -> list[dict[str, Any]]:
    """What the panels show, `MEAN` being a country as well."""
    table = read_rows(scores)
    known = {(row["country"], row["model"], row["method"]): row["alignment"] for row in table}
    return [
        {
            **{name: row[name] for name in COLUMNS[:3]},
            "alignment": number(row["alignment"]),
            "low": number(row["alignment_low"]),
            "high": number(row["alignment_high"]),
            "vanilla": number(known.get((row["country"], row["model"], BASELINE), "")),
            "floor": number(known.get((row["country"], REFERENCE, row["floor"]), "")),
            "ceiling": number(known.get((row["country"], REFERENCE, CEILING), "")),
        }
        for row in table
        if row["model"] != REFERENCE
    ]


def _chart(rows: list[dict[str, Any]], ends: list[float]) -> Any:
    """The axis goes from one end to the other, on each page the same."""
    import altair as alt

    countries = [*sorted({row["country"] for row in rows} - {MEAN}), MEAN]
    step, size = (12, 9) if len(countries) > MANY else (15, 11)
    labels = alt.Axis(labelFontSize=size)
    country = alt.Y("country:N", title=None, sort=countries, axis=labels)
    base = alt.Chart().encode(y=country)
    scale = alt.Scale(zero=False, domain=ends, nice=True)
    axis = alt.X("alignment:Q", title="alignment (0 to 100)", scale=scale)
    layers = alt.layer(
        base.mark_rule(color=BLUE).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        base.mark_tick(color=GREY, thickness=2, size=step - 3).encode(x="floor:Q"),
        base.mark_tick(color="black", thickness=2, size=step - 3).encode(x="ceiling:Q"),
        base.mark_point(color=GREY, shape="diamond", size=35).encode(x="vanilla:Q"),
        base.mark_point(color=BLUE, filled=True, opacity=1, size=45).encode(x=axis),
    ).properties(width=ACROSS // columns_of(rows), height=alt.Step(step))
    return panels(layers, rows)
