"""One style for all figures: legible at column width, and to the colour-blind."""

from typing import Any

from mores.spec import Section

# Okabe and Ito's colours, of which all kinds of sight tell most apart; black is for references.
BLUE, ORANGE, GREEN, PURPLE, SKY, RED = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"),
)
COLOURS = [BLUE, ORANGE, GREEN, PURPLE, SKY, RED]
GREY = "#777777"
PANEL = ("model", "method")  # what each panel is of
ABREAST = 4  # models at most whose panels stand side by side
ACROSS = 570  # px of all panels side by side
SCALE = 3  # PNG pixels for one of the SVG: 288 dots an inch


class Shown(Section):
    """The part of the grid that one page shows."""

    models: tuple[str, ...]
    methods: tuple[str, ...]


class Drawing(Section):
    """What figures are drawn with."""

    packages: dict[str, list[str]]
    """Locked versions of the packages that draw."""
    shown: Shown | None = None
    """What a page shows of a grid too large for one; none: all of it."""

    def page(self, rows: list[dict[str, Any]], method: str = "method") -> list[dict[str, Any]]:
        """The rows of the page; `method` is the column that names theirs."""
        if self.shown is None:
            return rows
        models, methods = self.shown.models, self.shown.methods
        return [row for row in rows if row["model"] in models and row[method] in methods]


def data_of(rows: list[dict[str, Any]]) -> Any:
    """Rows as Vega-Lite takes them."""
    import altair as alt

    return alt.Data(values=rows)


def columns_of(rows: list[dict[str, Any]]) -> int:
    """How many panels stand side by side: the models', or of one model those of three methods."""
    models = len({row["model"] for row in rows})
    return models if 1 < models <= ABREAST else 3


def in_order(rows: list[dict[str, Any]], name: str) -> list[Any]:
    """What a column holds, each once, as it comes in the rows; Vega-Lite would sort it."""
    return list(dict.fromkeys(row[name] for row in rows))


def by_model(layers: Any, rows: list[dict[str, Any]], columns: int = 1, title: Any = None) -> Any:
    """A panel a model, in the order of the rows."""
    import altair as alt

    facet = alt.Facet("model:N", title=title, sort=in_order(rows, "model"))
    return layers.facet(facet, columns=columns, data=data_of(rows))


def panels(layers: Any, rows: list[dict[str, Any]]) -> Any:
    """A panel a model and method, a column a model where there are several."""
    import altair as alt

    models, methods = (in_order(rows, name) for name in PANEL)
    named = [row | {"panel": f"{row['model']}: {row['method']}"} for row in rows]
    order = [f"{model}: {method}" for method in methods for model in models]
    # A panel is named in two lines, since its column is narrow.
    header = alt.Header(labelExpr="split(datum.label, ': ')")
    facet = alt.Facet("panel:N", title=None, sort=order, header=header)
    return layers.facet(facet, columns=columns_of(rows), data=data_of(named))


def drawn(chart: Any, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> dict[str, Any]:
    """A chart as SVG and PNG, and the rows that it shows as TSV."""
    import vl_convert

    spec = chart.configure(
        background="white",
        font="Arial, Liberation Sans, DejaVu Sans, sans-serif",
        axis={
            "labelFontSize": 11,
            "titleFontSize": 12,
            "labelLimit": 260,
            "gridColor": "#e5e5e5",
            "labelFlush": False,
        },
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
