"""Country by method, and topic by method: differences from `vanilla` as colours with numbers."""

from typing import Any

from mores.report.figures.style import Drawing, by_model, drawn, in_order
from mores.report.headline import BASELINE, MEAN, REFERENCE, read_rows

COUNTRIES = ("model", "method", "country", "delta")
TOPICS = ("model", "method", "topic", "gain", "countries")


def draw_heat(spec: Drawing, scores: str) -> dict[str, Any]:
    """Each country's difference of each method from `vanilla`."""
    rows: list[dict[str, Any]] = [
        {name: row[name] for name in COUNTRIES[:3]} | {"delta": float(row["delta"])}
        for row in read_rows(scores)
        if row["model"] != REFERENCE and row["method"] != BASELINE and row["delta"]
    ]
    countries = [*sorted({row["country"] for row in rows} - {MEAN}), MEAN]
    return _drawn(spec, rows, COUNTRIES, countries)


def draw_topics(spec: Drawing, topics: str) -> dict[str, Any]:
    """Each topic's gain of each method over `vanilla`, as a mean over countries."""
    rows = topic_rows(topics)
    return _drawn(spec, rows, TOPICS, in_order(rows, "topic"))


def topic_rows(topics: str) -> list[dict[str, Any]]:
    """Means over the countries that have a gain."""
    gains: dict[tuple[str, str, str], list[float]] = {}
    for row in read_rows(topics):
        if row["gain"]:
            key = (row["model"], row["method"], row["topic"])
            gains.setdefault(key, []).append(float(row["gain"]))
    return [
        {"model": model, "method": method, "topic": topic}
        | {"gain": sum(found) / len(found), "countries": len(found)}
        for (model, method, topic), found in gains.items()
    ]


def _drawn(
    spec: Drawing, rows: list[dict[str, Any]], columns: tuple[str, ...], order: list[str]
) -> dict[str, Any]:
    """Of the columns the third goes across, the fourth is coloured: on each page alike."""
    across, value = columns[2:4]
    largest, page = max((abs(row[value]) for row in rows), default=1), spec.page(rows)
    return drawn(_chart(page, across, order, value, largest), page, columns)


def _chart(
    rows: list[dict[str, Any]], across: str, order: list[str], value: str, largest: float
) -> Any:
    import altair as alt

    methods = in_order(rows, "method")
    base = alt.Chart().encode(
        x=alt.X(f"{across}:N", title=None, sort=order, axis=alt.Axis(labelAngle=-45)),
        y=alt.Y("method:N", title=None, sort=methods),
    )
    above = alt.Legend(orient="top", direction="horizontal")
    scale = alt.Scale(scheme="blueorange", reverse=True, domain=[-largest, largest])
    pale = f"abs(datum.{value}) < {0.6 * largest}"
    layers = alt.layer(
        base.mark_rect().encode(
            color=alt.Color(f"{value}:Q", title="points over vanilla", scale=scale, legend=above)
        ),
        # The zero added makes of -0 a 0.
        base.mark_text(fontSize=10)
        .transform_calculate(points=f"round(10 * datum.{value}) / 10 + 0")
        .encode(
            text=alt.Text("points:Q", format="+.1f"),
            color=alt.condition(pale, alt.value("black"), alt.value("white")),
        ),
    ).properties(width=alt.Step(34), height=alt.Step(20))
    return by_model(layers, rows)
