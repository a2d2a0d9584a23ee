"""One style for all figures: legible at column width, and to the colour-blind."""

from typing import Any

from mores.spec import Section

# Okabe and Ito's colours, of which all kinds of sight tell most apart; black is for references.
BLUE, ORANGE, GREEN, PURPLE, SKY, RED = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"),
)
COLOURS = [BLUE, ORANGE, GREEN, PURPLE, SKY, RED]
GREY = "#777777"
SCALE = 3  # PNG pixels for one of the SVG: 288 dots an inch


class Drawing(Section):
    """What figures are drawn with."""

    packages: dict[str, list[str]]
    """Locked versions of the packages that draw."""


def data_of(rows: list[dict[str, Any]]) -> Any:
    """Rows as Vega-Lite takes them."""
    import altair as alt

    return alt.Data(values=rows)


def drawn(chart: Any, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> dict[str, Any]:
    """A chart as SVG and PNG, and the rows that it shows as TSV."""
    import vl_convert

    spec = chart.configure(
        background="white",
        font="Arial, Liberation Sans, DejaVu Sans, sans-serif",
        axis={"labelFontSize": 11, "titleFontSize": 12, "gridColor": "#e5e5e5", "labelLimit": 260},
        legend={"labelFontSize": 11, "titleFontSize": 12, "labelLimit": 260},
        header={"labelFontSize": 11, "titleFontSize": 12, "labelLimit": 260},
        view={"stroke": "#cccccc"},
        range={"category": COLOURS},
    ).to_dict()
    lines = ["\t".join(_text(row.get(name)) for name in columns) for row in rows]
    return {
        "data": "\n".join(["\t".join(columns), *lines]) + "\n",
        "svg": vl_convert.vegalite_to_svg(spec),
        "png": vl_convert.vegalite_to_png(spec, scale=SCALE),
    }


def number(text: str) -> float | None:
    """A field of a table; None where it is empty."""
    return float(text) if text else None


def _text(value: Any) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
