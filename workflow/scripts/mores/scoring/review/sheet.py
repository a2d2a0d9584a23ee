"""A blind, shuffled sheet of norms for people to judge, and the key that says whence each came.

A row is a norm said of a country. Beside what models mined stand two controls that a careful rater
refuses: another country's norm under this country's name, and a norm of this country turned round.
Nothing on the sheet tells them apart; the key is another file.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from mores.canonical import digest
from mores.errors import InputError
from mores.method.countries import Country
from mores.scoring.review.flags import DUPLICATE, flags, relation
from mores.scoring.review.words import WORD, turned
from mores.scoring.table import as_tsv
from mores.spec import Section, Seed

QUESTIONS = {
    "accurate": "Is it accurate for this country?",
    "specific": "Is it specific, so that it would not hold of almost any country?",
}
LABELS = ("yes", "no", "unsure")
COLUMNS = ("sheet", "id", "country", "topic", "norm", *QUESTIONS, "rater")
KEY = ("sheet", "id", "source", "country", "topic", "mining", "model", "norm", "flags")
MINED, OTHER, TURNED = "mined", "other_country", "turned"
HERE = "/* the sheet */ null"  # in the form's page, what the sheet takes the place of


class Source(Section):
    """Where a file of norms comes from."""

    mining: str
    model: str
    country: str


class Drawing(Section):
    """How many norms are judged, and how they are drawn."""

    per_source: int = Field(20, ge=1, le=10_000)
    """Norms drawn from each way of mining, model and country."""
    controls: int = Field(5, ge=0, le=10_000)
    """Norms of each control and country."""
    seed: Seed = 2026
    """Draws and shuffles."""


class Reviewing(Drawing):
    """What a sheet is made of."""

    sources: tuple[Source, ...]
    """Of the files of norms, in their order."""
    countries: dict[str, Country]
    topics: dict[str, str]
    """By topic its title."""
    page: str
    """Digest of the form's page."""


@dataclass(frozen=True)
class Norm:
    """A norm as it is said of a country, and whence it comes."""

    source: str
    country: str
    topic: str
    text: str
    mining: str
    model: str

    @property
    def said(self) -> tuple[str, str, str]:
        """What a rater sees of it, by which it is one row whatever its sources."""
        return self.country, self.topic, self.text


def norm_review(
    spec: Reviewing, page: Path, norms: list[list[dict]] | None = None
) -> dict[str, str]:
    """The sheet as CSV and as a form in one page (HTML), and the key (TSV)."""
    mined = list(_mined(spec, norms or []))
    if not mined:
        raise InputError("norm_review: no norm was mined, so there is none to judge")
    drawn = [*_drawn(spec, mined), *_controls(spec, mined)]
    rows: dict[str, list[Norm]] = defaultdict(list)
    for norm in drawn:
        rows[_id("n", [spec.seed, *norm.said])].append(norm)
    name = _id("s", [spec.seed, sorted(rows)])
    order = sorted(rows, key=lambda row: digest([spec.seed, "order", row]))
    sheet = [_row(name, row, rows[row][0], spec) for row in order]
    flagged = _flags(rows, spec)
    key = [
        {"sheet": name, "id": row, "flags": flagged[row], "norm": norm.text, **vars(norm)}
        for row in sorted(rows)
        for norm in sorted(rows[row], key=lambda norm: (norm.source, norm.mining, norm.model))
    ]
    return {"sheet": _csv(sheet), "form": _form(sheet, page), "key": as_tsv(key, KEY)}


def _id(kind: str, value: list) -> str:
    """A name that no spreadsheet takes for a number, as it would 12345e6789."""
    return kind + digest(value)[:10]


def _mined(spec: Reviewing, norms: list[list[dict]]) -> Iterator[Norm]:
    for source, rows in zip(spec.sources, norms, strict=True):
        for row in rows:
            for text in row["norms"] or []:
                said = " ".join(text.split())
                yield Norm(MINED, source.country, row["topic"], said, source.mining, source.model)


def _drawn(spec: Reviewing, mined: list[Norm]) -> Iterator[Norm]:
    """So many norms of each source: those with the smallest digests."""
    by_source: dict[tuple[str, ...], list[Norm]] = defaultdict(list)
    for norm in dict.fromkeys(mined):
        by_source[norm.mining, norm.model, norm.country].append(norm)
    for found in by_source.values():
        yield from _smallest(found, spec.per_source, spec.seed)


def _controls(spec: Reviewing, mined: list[Norm]) -> Iterator[Norm]:
    """Of each control so many norms for each country, and none that a model mined for it as well.

    A control that is a near-duplicate of one of the country's own norms on the topic would be no
    control, since a rater who accepts it is right.
    """
    said = {norm.said for norm in mined}
    own: dict[tuple[str, str], list[str]] = defaultdict(list)
    for norm in mined:
        own[norm.country, norm.topic].append(norm.text)
    for country in sorted({norm.country for norm in mined}):
        names = _names(spec.countries[country])
        for pool in (_lent, _turned):
            made = [
                norm
                for norm in dict.fromkeys(pool(spec, mined, country))
                if norm.said not in said
                and not any(
                    relation(norm.text, text, names) == DUPLICATE
                    for text in own[country, norm.topic]
                )
            ]
            by_text = {norm.said: norm for norm in made}
            yield from _smallest([*by_text.values()], spec.controls, spec.seed)


def _lent(spec: Reviewing, mined: list[Norm], country: str) -> Iterator[Norm]:
    """Norms of other countries, in which their names are this country's."""
    for norm in mined:
        if norm.country != country:
            text = _renamed(norm.text, spec.countries[norm.country], spec.countries[country])
            yield Norm(OTHER, country, norm.topic, text, norm.mining, norm.model)


def _turned(spec: Reviewing, mined: list[Norm], country: str) -> Iterator[Norm]:
    """Norms of the country that say the opposite of what was mined."""
    for norm in mined:
        if norm.country == country and (text := turned(norm.text)):
            yield Norm(TURNED, country, norm.topic, text, norm.mining, norm.model)


def _renamed(text: str, lender: Country, country: Country) -> str:
    for old, new in ((lender.name, country.name), (lender.adjective, country.adjective)):
        text = re.sub(rf"\b{re.escape(old)}\b", lambda _, new=new: new, text)  # type: ignore[misc]
    return text


def _smallest(norms: list[Norm], count: int, seed: int) -> list[Norm]:
    return sorted(norms, key=lambda norm: digest([seed, "draw", *vars(norm).values()]))[:count]


def _names(country: Country) -> frozenset[str]:
    """The words that name a country."""
    return frozenset(WORD.findall(f"{country.name} {country.adjective}".lower()))


def _flags(rows: dict[str, list[Norm]], spec: Reviewing) -> dict[str, str]:
    """By row what is flagged; a topic's norms of one country are held against each other."""
    together: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name in sorted(rows):
        norm = rows[name][0]
        together[norm.country, norm.topic][name] = norm.text
    mined = {name for name, norms in rows.items() if any(one.source == MINED for one in norms)}
    found: dict[str, str] = {}
    for (country, _), texts in together.items():
        found |= flags(texts, mined, _names(spec.countries[country]))
    return found


def _row(sheet: str, name: str, norm: Norm, spec: Reviewing) -> dict[str, str]:
    country, topic = spec.countries[norm.country].name, spec.topics.get(norm.topic, norm.topic)
    return {"sheet": sheet, "id": name, "country": country, "topic": topic, "norm": norm.text}


def _csv(sheet: list[dict[str, str]]) -> str:
    """The sheet with empty cells to fill; a text that a spreadsheet would run is told as text."""
    stream = io.StringIO()
    written = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    written.writeheader()
    for row in sheet:
        written.writerow({name: f"'{t}" if t[:1] in "=+-@" else t for name, t in row.items()})
    return stream.getvalue()


def _form(sheet: list[dict[str, str]], page: Path) -> str:
    """The page with the sheet in it, as JSON in which no text can end the script."""
    given = {"columns": COLUMNS, "questions": QUESTIONS, "labels": LABELS, "rows": sheet}
    told = json.dumps(given, ensure_ascii=True).replace("<", "\\u003c")
    before, after = page.read_text(encoding="utf-8").split(HERE)
    return before + told + after
