"""Training curves: the loss of each adapter, epoch by epoch."""

from pathlib import Path
from typing import Any

from mores.report.figures.style import BLUE, Drawing, data_of, drawn, in_order
from mores.rows import read_jsonl

COLUMNS = ("panel", "learner", "step", "epoch", "loss")
HISTORY = "training.jsonl"


class Trained(Drawing):
    """Whose the adapters are, in their order: tuning, model, learner."""

    adapters: tuple[tuple[str, str, str], ...]


def draw_training(spec: Trained, adapters: list[Path]) -> dict[str, Any]:
    """A panel a model and tuning, a line an adapter; losses of objectives are not comparable."""
    rows = training_rows(spec, adapters)
    return drawn(_chart(rows), rows, COLUMNS)


def training_rows(spec: Trained, adapters: list[Path]) -> list[dict[str, Any]]:
    """The rows of adapters' histories that tell a step's loss."""
    return [
        {"panel": f"{model}: {tuning}", "learner": learner}
        | {name: row.get(name) for name in COLUMNS[2:]}
        for (tuning, model, learner), folder in zip(spec.adapters, adapters, strict=True)
        for row in read_jsonl(folder / HISTORY)
        if row.get("loss") is not None
    ]


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    lines = (
        alt.Chart()
        .mark_line(color=BLUE, opacity=0.6, strokeWidth=1.2)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickCount=5)),
            y=alt.Y("loss:Q", title="loss", scale=alt.Scale(zero=False)),
            detail="learner:N",
        )
    ).properties(width=220, height=150)
    facet = alt.Facet("panel:N", title=None, sort=in_order(rows, "panel"))
    panels = lines.facet(facet, columns=3, data=data_of(rows))
    return panels.resolve_scale(x="independent", y="independent")
