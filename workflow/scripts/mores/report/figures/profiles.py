"""Profiles of countries on Hofstede's dimensions: what models choose against what surveys found."""

from typing import Any

from mores.report.figures.style import BLUE, GREY, Drawing, data_of, drawn, in_order, number
from mores.report.headline import MEAN, REFERENCE, read_rows

ALL = "ALL"
NAMED = ("model", "method", "dimension", "country")
SHOWN = ("reference", "likelihood", "low", "high")
READ = ("reference", "likelihood", "likelihood_low", "likelihood_high")


def draw_profiles(spec: Drawing, profiles: str) -> dict[str, Any]:
    """A row of panels a model and method, one a dimension, with a dot a country."""
    rows = spec.page(profile_rows(profiles))
    return drawn(_chart(rows), rows, (*NAMED, *SHOWN))


def profile_rows(profiles: str) -> list[dict[str, Any]]:
    """Countries that have a score on a dimension, in per cent of the high pole."""
    return [
        {name: row[name] for name in NAMED}
        | {name: _percent(row[of]) for name, of in zip(SHOWN, READ, strict=True)}
        for row in read_rows(profiles)
        if row["domain"] == ALL and row["dimension"] != ALL
        if row["model"] != REFERENCE and row["country"] != MEAN and _is_number(row["reference"])
    ]


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _percent(text: str) -> float | None:
    value = number(text)
    return None if value is None else 100 * value


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    scale = alt.Scale(domain=[0, 100])
    across = alt.X("reference:Q", title="Hofstede's score", scale=scale)
    up = alt.Y("likelihood:Q", title="high pole, per cent", scale=scale)
    base = alt.Chart().encode(x=across)
    ends = [{"reference": end, "likelihood": end} for end in (0, 100)]
    alike = alt.Chart(data_of(ends)).mark_line(color=GREY, strokeDash=[4, 3])
    layers = alt.layer(
        alike.encode(x=across, y=up),
        base.mark_rule(color=BLUE).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        base.mark_point(color=BLUE, filled=True, opacity=1, size=30).encode(y=up),
        base.mark_text(dx=12, dy=-5, fontSize=8).encode(y=up, text="country:N"),
    ).properties(width=130, height=130)
    named = [row | {"panel": f"{row['model']}: {row['method']}"} for row in rows]
    header = alt.Header(labelAngle=0, labelAlign="left")
    return layers.facet(
        row=alt.Row("panel:N", title=None, header=header, sort=in_order(named, "panel")),
        column=alt.Column("dimension:N", title=None),
        data=data_of(named),
    )
