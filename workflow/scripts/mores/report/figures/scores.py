"""Scores per country, model by model and method by method, between floor and ceiling."""

from typing import Any

from mores.report.figures.style import BLUE, GREY, Drawing, data_of, drawn, number
from mores.report.headline import BASELINE, MEAN, REFERENCE, read_rows

CEILING = "ceiling"
COLUMNS = ("panel", "country", "alignment", "low", "high", "vanilla", "floor", "ceiling")


def draw_scores(spec: Drawing, scores: str) -> dict[str, Any]:
    """A panel a model and method: a dot a country, with `vanilla`, floor and ceiling as marks."""
    rows = score_rows(scores)
    return drawn(_chart(rows), rows, COLUMNS)


def score_rows(scores: str) -> list[dict[str, Any]]:
    """What the panels show, `MEAN` being a country as well."""
    table = read_rows(scores)
    known = {(row["country"], row["model"], row["method"]): row["alignment"] for row in table}
    return [
        {
            "panel": f"{row['model']}: {row['method']}",
            "country": row["country"],
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


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    countries = [*sorted({row["country"] for row in rows} - {MEAN}), MEAN]
    country = alt.Y("country:N", title=None, sort=countries)
    base = alt.Chart().encode(y=country)
    scale = alt.Scale(zero=False)
    axis = alt.X("alignment:Q", title="alignment (0 to 100)", scale=scale)
    layers = alt.layer(
        base.mark_rule(color=BLUE).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        base.mark_tick(color=GREY, thickness=2, size=12).encode(x="floor:Q"),
        base.mark_tick(color="black", thickness=2, size=12).encode(x="ceiling:Q"),
        base.mark_point(color=GREY, shape="diamond", size=35).encode(x="vanilla:Q"),
        base.mark_point(color=BLUE, filled=True, opacity=1, size=45).encode(x=axis),
    ).properties(width=190, height=alt.Step(15))
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    facet = alt.Facet("panel:N", title=None, sort=panels)
    return layers.facet(facet, columns=3, data=data_of(rows))
