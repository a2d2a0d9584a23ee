from pathlib import Path

import polars as pl
import pytest

from mores.errors import InputError
from mores.items import Bank, load_bank
from mores.survey.split import country_rows, read_split, split_items, write_split

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/wvs7.yaml")


def test_five_items_of_each_topic_are_for_training():
    parts = split_items(BANK, 2026, 5)
    assert list(parts) == list(BANK.items)
    for topic in BANK.topics:
        assert sum(parts[item.id] == "train" for item in BANK.of_topic(topic)) == 5
    assert sum(part == "test" for part in parts.values()) == 259 - 13 * 5


def test_the_seed_alone_decides():
    assert split_items(BANK, 1, 5) == split_items(BANK, 1, 5)
    assert split_items(BANK, 1, 5) != split_items(BANK, 2, 5)


def test_an_item_added_to_one_topic_moves_no_item_of_another():
    fewer = {name: item for name, item in BANK.items.items() if name != "Q45"}
    parts = split_items(Bank(BANK.survey, BANK.topics, fewer), 2026, 5)
    whole = split_items(BANK, 2026, 5)
    assert {name: part for name, part in parts.items() if fewer[name].topic != "social_values"} == {
        name: part for name, part in whole.items() if BANK.items[name].topic != "social_values"
    }


def test_a_topic_too_small_to_leave_test_items_is_named():
    with pytest.raises(InputError, match="economic_values has 6 items"):
        split_items(BANK, 2026, 6)


def test_the_split_can_be_read_back(tmp_path):
    parts = split_items(BANK, 2026, 5)
    write_split(tmp_path / "split.tsv", BANK, parts)
    assert read_split(tmp_path / "split.tsv") == parts
    head, first = (tmp_path / "split.tsv").read_text().splitlines()[:2]
    assert head == "item\ttopic\tpart"
    assert first.startswith("Q1\tsocial_values\t")


@pytest.fixture
def marginals():
    rows = [
        ("AAA", "Q1", 1, 0.25, False, 40),
        ("AAA", "Q1", 2, 0.75, True, 40),
        ("BBB", "Q2", 1, 1.0, True, None),
    ]
    schema = {"country": str, "item": str, "code": int, "share": float, "top": bool, "n": int}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_country_has_a_row_for_every_item_asked_or_not(marginals, caplog):
    parts = {"Q1": "train", "Q2": "test"}
    rows = country_rows(marginals, BANK, parts, "AAA")
    assert rows == {
        "train": [
            {
                "item": "Q1",
                "topic": "social_values",
                "top": 2,
                "shares": {"1": 0.25, "2": 0.75},
                "n": 40,
            }
        ],
        "test": [{"item": "Q2", "topic": "social_values", "top": None, "shares": None, "n": None}],
    }
    assert "AAA was not asked 1 item(s): Q2" in caplog.text


def test_a_country_the_survey_lacks_is_an_error(marginals):
    with pytest.raises(InputError, match="no answers of CCC; it has AAA, BBB"):
        country_rows(marginals, BANK, {"Q1": "test"}, "CCC")
