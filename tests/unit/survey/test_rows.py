from pathlib import Path

import polars as pl
import pytest

from mores.errors import InputError
from mores.method.items import load_bank
from mores.survey.rows import NOT_ASKED, Rows, country_rows, split_country

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/wvs7.yaml")


@pytest.fixture
def marginals():
    rows = [
        ("AAA", "Q1", 1, 0.25, False, 40, 30.0000004),
        ("AAA", "Q1", 2, 0.75, True, 40, 30.0000004),
        ("BBB", "Q2", 1, 1.0, True, None, None),
    ]
    schema = {"country": str, "item": str, "code": int, "share": float, "top": bool}
    schema |= {"n": int, "n_effective": float}
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
                "n_effective": 30.0,
            }
        ],
        "test": [{"item": "Q2", "topic": "social_values"} | NOT_ASKED],
    }
    assert "AAA was not asked 1 item(s): Q2" in caplog.text


def test_a_country_the_survey_lacks_is_an_error(marginals):
    with pytest.raises(InputError, match="no answers of CCC; it has AAA, BBB"):
        country_rows(marginals, BANK, {"Q1": "test"}, "CCC")


def test_a_countrys_rows_are_parted_as_the_table_of_the_split_says(marginals):
    split = "item\ttopic\tpart\nQ1\tsocial_values\ttest\nQ2\tsocial_values\ttrain\n"
    rows = split_country(Rows.model_construct(country="BBB"), BANK, split, marginals)
    assert [(row["item"], row["top"]) for row in rows["train"]] == [("Q2", 1)]
    assert [(row["item"], row["top"]) for row in rows["test"]] == [("Q1", None)]
