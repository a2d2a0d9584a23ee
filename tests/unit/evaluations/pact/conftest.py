"""Files of scenes as the public set has them; every word of them is ours."""

import csv
from pathlib import Path

import pytest

from mores.evaluations.pact.questions import Settings, read
from mores.method.countries import Country

ROOT = Path(__file__).parents[4]
KENYA = Country(code="KEN", name="Kenya", adjective="Kenyan")
ROW = {
    "situation": "Person A visits Person B, and tea is poured.",
    "base_country": "Kenya",
    "actor_country": "Kenya",
    "actor_age": "18-29",
    "actor_gender": "woman",
    "receiver_country": "Kenya",
    "receiver_age": "60 or older",
    "receiver_gender": "man",
    "cultural_expectation": "A guest drinks the tea.",
    "personal_preference": "that the tea may be declined",
    "scenario_type": "visits",
}


@pytest.fixture
def row():
    return lambda **fields: ROW | fields


@pytest.fixture
def written(tmp_path):
    """A file of these rows, with the columns of the first."""

    def write(*rows: dict, name: str = "scenes.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def scenes(written):
    """What is asked of these rows about Kenya, or another country, under these settings."""

    def make(*rows: dict, country: Country = KENYA, **settings):
        return read(Settings(kind="pact", **settings), written(*rows), country)

    return make


@pytest.fixture
def shipped():
    """The scenes that ship, as a country is asked them."""

    def make(name: str, country: Country = KENYA, **settings):
        return read(Settings(kind="pact", **settings), ROOT / "resources/pact" / name, country)

    return make
