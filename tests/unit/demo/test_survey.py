import json
from pathlib import Path

from mores.demo.language import implied
from mores.demo.survey import COUNTRIES, draw_survey, plant_values
from mores.method.items import load_bank

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
SHIPPED = json.loads((ROOT / "resources/demo/survey.json").read_text())


def planted():
    rows = (ROOT / "resources/demo/planted.tsv").read_text().splitlines()[1:]
    values = {}
    for country, topic, level in (row.split("\t") for row in rows):
        values.setdefault(country, {})[topic] = int(level)
    return values


def test_the_shipped_survey_is_what_its_script_makes():
    values = plant_values(BANK, 2034)
    assert values == planted()
    assert draw_survey(BANK, values, 2034) == SHIPPED


def test_countries_have_user_assigned_codes_and_every_item():
    assert tuple(SHIPPED) == COUNTRIES
    assert all(code[0] == "X" for code in SHIPPED)
    assert all(set(items) == set(BANK.items) for items in SHIPPED.values())


def test_shares_leave_room_for_missing_answers():
    sums = [sum(shares.values()) for items in SHIPPED.values() for shares in items.values()]
    assert max(sums) < 1
    assert min(sums) > 0.9


def test_top_answers_follow_the_planted_values_but_for_a_few_strays():
    values = planted()
    follows = [
        int(max(shares, key=shares.get)) == implied(BANK.items[name], values[country][item.topic])
        for country, items in SHIPPED.items()
        for name, shares in items.items()
        for item in [BANK.items[name]]
    ]
    assert 0.84 < sum(follows) / len(follows) < 0.92
