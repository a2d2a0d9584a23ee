import csv
from pathlib import Path

import pytest

from mores.method.countries import Country
from mores.scoring.review.sheet import Reviewing, Source, norm_review

PAGE = Path(__file__).parents[4] / "resources/norm_review/form.html"
COUNTRIES = {
    "XAV": Country(code="XAV", name="Avethia", adjective="Avethian"),
    "XLE": Country(code="XLE", name="Lethara", adjective="Letharan"),
}
NORMS = {
    ("top1", "XAV"): {
        "work": ["In Avethia strikes should be allowed.", "Avethian youths never idle."],
        "faith": ["People pray daily.", "People value their culture."],
    },
    ("topic", "XAV"): {"work": ["In Avethia strikes should be allowed."], "faith": None},
    ("top1", "XLE"): {
        "work": ["Letharan elders must rest.", "=HYPERLINK is always a norm."],
        "faith": ["Shrines are seldom visited.", "People pray daily."],
    },
}


@pytest.fixture
def reviewing():
    """Spec and norms of some sources; the keys of `changed` are the spec's."""

    def made(norms=NORMS, **changed):
        sources = tuple(Source(mining=way, model="m", country=c) for way, c in norms)
        rows = [[{"topic": t, "norms": n} for t, n in by.items()] for by in norms.values()]
        given = {"per_source": 9, "controls": 2, "sources": sources, "countries": COUNTRIES}
        given |= {"topics": {"work": "hard work", "faith": "religious faith"}, "page": "-"}
        return Reviewing(**given | changed), rows

    return made


@pytest.fixture
def review(reviewing):
    """The sheet (rows), form and key (rows) of those norms."""

    def made(norms=NORMS, **changed):
        spec, rows = reviewing(norms, **changed)
        found = norm_review(spec, PAGE, rows)
        sheet = list(csv.DictReader(found["sheet"].splitlines()))
        key = list(csv.DictReader(found["key"].splitlines(), delimiter="\t"))
        return sheet, found, key

    return made
