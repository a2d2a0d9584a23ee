"""The scenes that ship: how many, how balanced, and that each is told once and wholly."""

import csv
from collections import Counter

import pytest

from mores.method.items import load_bank

THEMES = 7


@pytest.fixture
def rows(request):
    def read(name):
        path = request.config.rootpath / "resources/pact" / name
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read


def counted(rows, *names):
    return Counter(tuple(row[name] for name in names) for row in rows)


@pytest.mark.parametrize("name", ["scenes.csv", "demo.csv"])
def test_every_field_is_filled_and_nothing_stands_twice(rows, name):
    found = rows(name)
    assert all(all(text == text.strip() != "" for text in row.values()) for row in found)
    assert set(counted(found, "id").values()) == {1}
    assert set(counted(found, "situation", "base_country").values()) == {1}
    for row in found:
        assert row["source"] == "invented for this project"
        assert "Person A" in row["situation"] and "Person B" in row["situation"]
        assert row["situation"][-1] in ".'" and row["cultural_expectation"][-1] == "."
        assert row["personal_preference"].startswith("that ")
        assert row["base_country"] == row["receiver_country"]


def test_the_default_has_a_scene_for_each_theme_in_twelve_countries(rows):
    found = rows("scenes.csv")
    assert len(found) == 84 >= 72
    pairs = counted(found, "base_country", "scenario_type")
    assert len(pairs) == 12 * THEMES and set(pairs.values()) == {1}
    for field in ("situation", "cultural_expectation", "personal_preference"):
        assert len(counted(found, field)) == 84, field


@pytest.mark.parametrize(("name", "scenes"), [("scenes.csv", 84), ("demo.csv", 48)])
def test_persons_are_balanced(rows, shipped, name, scenes):
    found = rows(name)
    for role in ("actor", "receiver"):
        ages_and_genders = counted(found, f"{role}_age", f"{role}_gender")
        assert set(ages_and_genders.values()) == {scenes // 6} and len(ages_and_genders) == 6
    facts = shipped(name).facts
    assert Counter(fact.relation for fact in facts) == dict.fromkeys(
        ("same", "close", "far"), scenes // 3
    )
    of_region = Counter(fact.region for fact in facts)
    assert len(set(of_region.values())) == 1 and "" not in of_region
    by_country = Counter((fact.base, fact.relation) for fact in facts)
    assert set(by_country.values()) <= {2, 3}


def test_the_demo_s_themes_are_the_topics_of_its_survey(rows, request):
    bank = load_bank(request.config.rootpath / "resources/items/demo.yaml")
    assert set(counted(rows("demo.csv"), "scenario_type").values()) == {6}
    assert {row["scenario_type"] for row in rows("demo.csv")} == set(bank.topics)
