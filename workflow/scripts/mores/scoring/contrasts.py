"""Contrasts: two methods held against each other, or two such differences, and what to make of it.

Every number stands twice: by topic, which is what norms and adapters are made by, and by item. The
rows of a family (means over countries, single countries, controls) are adjusted together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mores.method.draws import Draw
from mores.scoring.flips import Design, adjusted, by_item, by_topic, test_gains
from mores.scoring.gains import Gain, beyond, gain, mean_gain
from mores.scoring.luck import Luck, common_draws, luck, mean_luck
from mores.scoring.marks import marks
from mores.scoring.resample import Resampling, Sums
from mores.scoring.table import MEAN, Layout, View, as_tsv, cell_sums, topics_of
from mores.scoring.tested import Tested
from mores.spec import Section

COLUMNS = (
    *("contrast", "country", "model", "of", "against", "than", "family"),
    *("difference", "low", "high", "p_value", "p_adjusted", "detectable", "topics"),
    *("item_low", "item_high", "item_p_value", "item_detectable"),
    *("margin", "p_equivalent", "equivalent", "replicates", "countries", "marks"),
)

# By model, method and country the sums under each draw.
Drawn = dict[tuple[str, str, str], dict[Draw, Sums]]


class Pair(Section):
    """Two methods of a model: the score of one minus that of the other."""

    model: str
    of: str
    against: str

    def __str__(self) -> str:
        return f"{self.of} - {self.against} of {self.model}"


class Contrast(Pair):
    """A difference by a name, or by how much it is more than another."""

    name: str
    than: Pair | None = None
    """The difference that is taken off."""
    margin: float | None = None
    """Points within which a control counts as without effect; of a control alone."""

    @property
    def sides(self) -> list[tuple[str, str]]:
        """The models and methods that it holds against each other."""
        pairs = [self, self.than] if self.than else [self]
        return [(pair.model, name) for pair in pairs for name in (pair.of, pair.against)]


@dataclass(frozen=True)
class Row:
    """One contrast in one country, or on average."""

    contrast: Contrast
    country: str
    gain: Gain
    """The mean over draws."""
    luck: Luck | None
    """What the draws vary, where there are several."""
    replicates: int
    countries: tuple[str, ...]
    """Whose cells it is made of."""
    view: View | None = None

    @property
    def name(self) -> str:
        """The contrast's name, and what of the items it is on."""
        return f"{self.contrast.name}_{self.view.name}" if self.view else self.contrast.name

    @property
    def than(self) -> str | None:
        """What is taken off."""
        rest = ["the same on the other items"] if self.view and self.view.against_rest else []
        told = [str(self.contrast.than)] if self.contrast.than else []
        return " and ".join(told + rest) or None

    @property
    def family(self) -> str:
        """The rows it is adjusted with."""
        if self.contrast.margin is not None:
            return "controls"
        return "means" if self.country == MEAN else "countries"


def contrasts_table(
    contrasts: tuple[Contrast, ...], cells: list[dict], spec: Resampling, layout: Layout
) -> str:
    """The table as TSV, in the order of the contrasts; countries follow, then their mean.

    `cells` are what `score_cell` wrote. A contrast stands in it for the countries that have all of
    its cells.
    """
    items = sorted({name for cell in cells for name in cell["items"]})
    sums: Drawn = {}
    named: dict[tuple[str, str, str], list[dict]] = {}
    for cell in cells:
        key, draw = _key(cell)
        named.setdefault(key, []).append(cell)
        sums.setdefault(key, {})[draw] = cell_sums(cell, items, layout.sums, layout.formula)
    parts = [_part(view, cells, items, sums) for view in layout.views]
    rows = [
        row
        for contrast in contrasts
        for row in (
            *(_rows(contrast, sums) if layout.whole else ()),
            *(row for part in parts for row in part.rows(contrast)),
        )
    ]
    gains, margins = [row.gain for row in rows], [row.contrast.margin for row in rows]
    lucks = [row.luck for row in rows]
    design = by_topic(topics_of(cells, items), spec)
    topical = test_gains(gains, design, spec, margins, lucks)
    single = test_gains(gains, by_item(len(items), spec), spec, lucks=lucks)
    found = zip(rows, topical, single, _adjusted(rows, topical, design), strict=True)
    return as_tsv([_fields(*one, spec) | _marks(one[0], named) for one in found], COLUMNS)


def _key(cell: dict) -> tuple[tuple[str, str, str], Draw]:
    """Whose cell it is: model, method, country; and under which draw."""
    model, draw = Draw.of(cell["model"])
    return (model, cell["method"], cell["country"]), draw


@dataclass(frozen=True)
class Part:
    """The sums of every cell on the items of a view, and on the others."""

    view: View
    taken: Drawn
    rest: Drawn

    def rows(self, contrast: Contrast) -> Iterator[Row]:
        """The contrast's rows on these items."""
        rest = self.rest if self.view.against_rest else None
        return (replace(row, view=self.view) for row in _rows(contrast, self.taken, rest))


def _part(view: View, cells: list[dict], items: list[str], sums: Drawn) -> Part:
    taken: Drawn = {}
    rest: Drawn = {}
    for cell in cells:
        named = dict(zip(cell["items"], view.taken(cell), strict=True))
        mask = np.array([named.get(name, False) for name in items], dtype=float)
        key, draw = _key(cell)
        taken.setdefault(key, {})[draw] = sums[key][draw].only(mask)
        rest.setdefault(key, {})[draw] = sums[key][draw].only(1 - mask)
    return Part(view, taken, rest)


def _rows(contrast: Contrast, sums: Drawn, rest: Drawn | None = None) -> Iterator[Row]:
    """The rows of a contrast; with `rest` the difference there is taken off."""
    found: dict[str, Gain] = {}
    points: list[dict[Draw, float]] = []
    for country in sorted({country for *_, country in sums}):
        gains = _gains(contrast, country, sums)
        if rest is not None:
            others = _gains(contrast, country, rest)
            gains = {draw: beyond(gains[draw], others[draw]) for draw in gains if draw in others}
        if gains:
            found[country] = mean_gain([*gains.values()])
            points.append({draw: one.points for draw, one in gains.items()})
            of_draws = luck(points[-1]), len(gains)
            yield Row(contrast, country, found[country], *of_draws, (country,))
    if found:
        of_draws = mean_luck(points), min(map(len, points))
        yield Row(contrast, MEAN, mean_gain([*found.values()]), *of_draws, tuple(found))


def _gains(contrast: Contrast, country: str, sums: Drawn) -> dict[Draw, Gain]:
    """The difference under each draw of the methods."""
    sides = [sums.get((*side, country), {}) for side in contrast.sides]
    found = {}
    for draw, (of, against, *other) in common_draws(sides):
        own = gain(of, against)
        second = gain(*other) if other else None
        if own and (second or not other):
            found[draw] = beyond(own, second) if second else own
    return found


def _adjusted(rows: list[Row], tested: list[Tested], design: Design) -> list[float]:
    """Each row's p-value, adjusted within its family."""
    found: dict[int, float] = {}
    for family in {row.family for row in rows}:
        own = [index for index, row in enumerate(rows) if row.family == family]
        gains, lucks = [rows[index].gain for index in own], [rows[index].luck for index in own]
        told = adjusted(gains, design, [tested[index] for index in own], lucks)
        found |= zip(own, told, strict=True)
    return [found[index] for index in range(len(rows))]


def _fields(
    row: Row, topical: Tested, single: Tested, p_adjusted: float, spec: Resampling
) -> dict[str, str | int | float | None]:
    contrast = row.contrast
    fields: dict[str, str | int | float | None] = {
        "contrast": row.name,
        "country": row.country,
        "model": contrast.model,
        "of": contrast.of,
        "against": contrast.against,
        "than": row.than,
        "family": row.family,
        "difference": topical.difference,
        "low": topical.low,
        "high": topical.high,
        "p_value": topical.p,
        "p_adjusted": p_adjusted,
        "detectable": topical.detectable,
        "topics": topical.units,
        "item_low": single.low,
        "item_high": single.high,
        "item_p_value": single.p,
        "item_detectable": single.detectable,
        "replicates": row.replicates,
        "countries": len(row.countries),
    }
    if contrast.margin is None:
        return fields
    equivalent = topical.p_equivalent < 1 - spec.confidence
    told = {"margin": contrast.margin, "p_equivalent": topical.p_equivalent}
    return fields | told | {"equivalent": "yes" if equivalent else "no"}


def _marks(row: Row, cells: dict[tuple[str, str, str], list[dict]]) -> dict[str, str]:
    """What to be warned of in any side of a row."""
    found = []
    for side in row.contrast.sides:
        own = [cell for country in row.countries for cell in cells[*side, country]]
        found += [mark for mark in marks(own).split(",") if mark not in found]
    return {"marks": ",".join(filter(None, found))}
