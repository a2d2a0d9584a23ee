"""Country by method, and topic by method: differences from `vanilla` as colours with numbers."""

from typing import Any

from mores.report.figures.style import Drawing, data_of, drawn
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
    return drawn(_chart(rows, "country", countries, "delta"), rows, COUNTRIES)


def draw_topics(spec: Drawing, topics: str) -> dict[str, Any]:
    """Each topic's gain of each method over `vanilla`, as a mean over countries."""
    rows = topic_rows(topics)
    order = list(dict.fromkeys(row["topic"] for row in rows))
    return drawn(_chart(rows, "topic", order, "gain"), rows, TOPICS)


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


def _chart(rows: list[dict[str, Any]], across: str, order: list[str], value: str) -> Any:
    import altair as alt

    largest = max((abs(row[value]) for row in rows), default=1)
    methods = list(dict.fromkeys(row["method"] for row in rows))
    base = alt.Chart().encode(
        x=alt.X(f"{across}:N", title=None, sort=order, axis=alt.Axis(labelAngle=-45)),
        y=alt.Y("method:N", title=None, sort=methods),
    )
    scale = alt.Scale(scheme="blueorange", reverse=True, domain=[-largest, largest])
    pale = f"abs(datum.{value}) < {0.6 * largest}"
    layers = alt.layer(
        base.mark_rect().encode(
            color=alt.Color(f"{value}:Q", title="points over vanilla", scale=scale)
        ),
        base.mark_text(fontSize=10).encode(
            text=alt.Text(f"{value}:Q", format="+.0f"),
            color=alt.condition(pale, alt.value("black"), alt.value("white")),
        ),
    ).properties(width=alt.Step(34), height=alt.Step(20))
    return layers.facet(alt.Facet("model:N", title=None), columns=1, data=data_of(rows))
