"""Countries and models in one plane: the two ways in which countries' answers differ most."""

from typing import Any

import numpy as np

from mores.errors import InputError
from mores.report.columns import frame_of
from mores.report.figures.style import BLUE, GREY, Drawing, columns_of, drawn, panels

READ = ("country", "model", "method", "item", "answers")
PLACES = ("x", "y", "people_x", "people_y")
COLUMNS = ("model", "method", "country", *PLACES, "items")
ACROSS = 660  # px of all panels side by side: countries are named in them
Shares = dict[str, dict[str, float]]  # by item the share of each code


class Placing(Drawing):
    """Whose answers are placed."""

    countries: tuple[str, ...]
    """In the order of their rows."""


def draw_plane(spec: Placing, listed: str, people: list[list[dict]]) -> dict[str, Any]:
    """A panel a model and method: for each country a line from its people to what is answered."""
    plane = Plane(dict(zip(spec.countries, map(_asked, people), strict=True)))
    rows = plane_rows(plane, listed)
    places = [row[name] for row in rows for name in PLACES]
    ends, page = [min(places, default=0), max(places, default=1)], spec.page(rows)
    return drawn(_chart(page, plane.told, ends), page, COLUMNS)


class Plane:
    """Principal components of countries' answers, by which models' answers are placed too.

    A country is the square roots of its shares, so that distances are Hellinger's, over the items
    that all countries were asked. An item that a model did not answer counts as the mean of all
    countries there, which moves the model's point towards the middle.
    """

    def __init__(self, people: dict[str, Shares]):
        self.items = sorted(set.intersection(*(set(shares) for shares in people.values())))
        if not self.items:
            raise InputError("people: no test item was asked in all countries; draw no plane")
        self.at = {
            item: sorted({code for shares in people.values() for code in shares[item]})
            for item in self.items
        }
        roots = np.array([np.concatenate(self._roots(shares)) for shares in people.values()])
        self.mean = roots.mean(axis=0)
        _, sizes, axes = np.linalg.svd(roots - self.mean, full_matrices=False)
        # An axis has two directions: its largest part points up.
        signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
        self.axes = (axes * signs[:, None])[:2]
        self.told = [float(one) for one in 100 * sizes[:2] ** 2 / max((sizes**2).sum(), 1e-12)]
        self.countries = {country: self.place(shares) for country, shares in people.items()}

    def place(self, shares: Shares) -> tuple[float, float]:
        """Where answers lie."""
        parts = np.split(self.mean, np.cumsum([len(self.at[one]) for one in self.items])[:-1])
        roots = self._roots(shares)
        known = [
            part if item in shares else mean for item, part, mean in self._by_item(roots, parts)
        ]
        x, y = self.axes @ (np.concatenate(known) - self.mean)
        return float(x), float(y)

    def _by_item(self, roots: list[np.ndarray], parts: list[np.ndarray]) -> Any:
        return zip(self.items, roots, parts, strict=True)

    def _roots(self, shares: Shares) -> list[np.ndarray]:
        """By item the square roots of the shares of its codes, all items weighing the same."""
        return [
            np.sqrt([shares.get(item, {}).get(code, 0) / len(self.items) for code in self.at[item]])
            for item in self.items
        ]


def plane_rows(plane: Plane, listed: str) -> list[dict[str, Any]]:
    """By model and method each country's place, and that of its people."""
    said: dict[tuple[str, str, str], Shares] = {}
    for country, model, method, item, answers in frame_of(listed, READ).select(READ).iter_rows():
        if answers and country in plane.countries and item in plane.at:
            shares = dict(one.split(":") for one in answers.split(" "))
            of_cell = said.setdefault((model, method, country), {})
            of_cell[item] = {code: float(share) for code, share in shares.items()}
    rows = []
    for (model, method, country), shares in said.items():
        (x, y), (people_x, people_y) = plane.place(shares), plane.countries[country]
        own = {"x": x, "y": y, "people_x": people_x, "people_y": people_y}
        named = {"model": model, "method": method, "country": country}
        rows.append(named | {"items": len(shares)} | own)
    return rows


def _asked(rows: list[dict]) -> Shares:
    return {row["item"]: row["shares"] for row in rows if row["shares"]}


def _chart(rows: list[dict[str, Any]], told: list[float], ends: list[float]) -> Any:
    import altair as alt

    # The same for both axes, so that a distance is as long either way, and for all pages.
    scale = alt.Scale(domain=ends, nice=True)
    titles = [f"axis {number} ({share:.0f} %)" for number, share in enumerate(told, start=1)]
    x, y = alt.X("x:Q", title=titles[0], scale=scale), alt.Y("y:Q", title=titles[1], scale=scale)
    base = alt.Chart()
    people = base.encode(x=alt.X("people_x:Q", scale=scale), y=alt.Y("people_y:Q", scale=scale))
    layers = alt.layer(
        base.mark_rule(color="#bbbbbb").encode(x=x, y=y, x2="people_x:Q", y2="people_y:Q"),
        people.mark_point(color=GREY, shape="diamond", size=35),
        base.mark_point(color=BLUE, filled=True, opacity=1, size=35).encode(x=x, y=y),
        people.mark_text(dy=-9, fontSize=10).encode(text="country:N"),
    )
    side = ACROSS // columns_of(rows)
    return panels(layers.properties(width=side, height=side), rows)
