"""People's against the model's uncertainty: how often the most frequent answer is given."""

from collections import defaultdict
from typing import Any

from mores.report.columns import frame_of
from mores.report.figures.style import (
    ACROSS,
    BLUE,
    GREY,
    Drawing,
    columns_of,
    data_of,
    drawn,
    panels,
)

READ = ("model", "method", "gold_share", "answers")
COLUMNS = ("model", "method", "people", "answers", "low", "high", "items")
BINS = 10  # by people's share


def draw_uncertainty(spec: Drawing, listed: str) -> dict[str, Any]:
    """A panel a model and method: its surest answers' share, by that of people's."""
    rows = spec.page(uncertainty_rows(listed))
    return drawn(_chart(rows), rows, COLUMNS)


def uncertainty_rows(listed: str) -> list[dict[str, Any]]:
    """Items by tenths of people's share: means in per cent, and the model's middle half."""
    import numpy as np

    found: dict[tuple[str, str, int], list[tuple[float, float]]] = defaultdict(list)
    for model, method, people, answers in frame_of(listed, READ).select(READ).iter_rows():
        if answers and people is not None:
            shares = [float(one.partition(":")[2]) for one in answers.split(" ")]
            part = min(int(BINS * people), BINS - 1)
            found[model, method, part].append((100 * people, 100 * max(shares)))
    rows = []
    for (model, method, _), pairs in sorted(found.items(), key=lambda one: one[0][2]):
        people, answers = np.array(pairs).T
        low, high = np.percentile(answers, [25, 75])
        told = {"people": people.mean(), "answers": answers.mean(), "low": low, "high": high}
        numbers = {name: float(value) for name, value in told.items()}
        rows.append({"model": model, "method": method, "items": len(pairs), **numbers})
    order = list(dict.fromkeys((model, method) for model, method, _ in found))
    return sorted(rows, key=lambda row: order.index((row["model"], row["method"])))


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    scale = alt.Scale(domain=[0, 100])
    across = alt.X("people:Q", title="share of people, %", scale=scale)
    up = alt.Y("answers:Q", title="share of answers, %", scale=scale)
    base = alt.Chart().encode(x=across)
    ends = [{"people": end, "answers": end} for end in (0, 100)]
    alike = alt.Chart(data_of(ends)).mark_line(color=GREY, strokeDash=[4, 3])
    layers = alt.layer(
        alike.encode(x=across, y=up),
        base.mark_rule(color=BLUE).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        base.mark_line(color=BLUE).encode(y=up),
        base.mark_point(color=BLUE, filled=True, opacity=1, size=45).encode(y=up),
    )
    side = ACROSS // columns_of(rows)
    return panels(layers.properties(width=side, height=side), rows)
