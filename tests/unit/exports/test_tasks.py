"""Tasks: what is right is what the country answered, by letter and by place."""

import jinja2
import pytest
import yaml

from mores.errors import InputError
from mores.exports.tasks import lm_eval_group, lm_eval_task, task_rows
from mores.method.countries import Country
from mores.method.items import Bank, Item

LAND = Country(code="XAV", name="Avethia", adjective="Avethian")
SCALE = Item(id="S", topic="t", wording="How much?", between=("none", "all"), codes=(0, 1, 2))
BANK = Bank("drawn", {"t": "things"}, {"S": SCALE})
ROW = {"item": "S", "topic": "t", "top": 2, "shares": {"0": 0.25, "2": 0.75}, "n": 10}
UNANSWERED = ROW | {"top": None, "shares": None}


def test_a_row_says_the_right_option_in_three_ways_and_how_people_answered():
    (row,) = task_rows(LAND, [ROW, UNANSWERED], BANK)
    assert row["choices"] == ["none", "1", "all"]
    assert (row["target"], row["gold"], row["metadata"]["code"]) == ("C", 2, 2)
    assert row["choices"][row["letters"].index(row["target"])] == "all"
    assert row["metadata"]["shares"] == [0.25, 0.0, 0.75]


def test_the_harness_s_prompt_shows_each_option_by_its_letter():
    task = yaml.safe_load(lm_eval_task("XAV"))
    (row,) = task_rows(LAND, [ROW], BANK)
    shown = jinja2.Template(task["doc_to_text"]).render(**row)
    assert shown == (
        "How would most people in Avethia answer this survey question?\n\nHow much?\n\n"
        "A. none\nB. 1\nC. all\nAnswer:"
    )
    assert row[task["doc_to_choice"]][row[task["doc_to_target"]]] == row["target"]
    assert yaml.safe_load(lm_eval_group(["XAV"]))["task"] == [task["task"]]


@pytest.mark.parametrize("changed", [{"item": "gone"}, {"top": 9}])
def test_a_bank_that_was_changed_since_is_told_in_a_line(changed):
    with pytest.raises(
        InputError, match=r"^XAV: the item bank has no \w+ with an option \d: it was"
    ):
        task_rows(LAND, [ROW | changed], BANK)


def test_a_country_called_no_stays_text():
    assert yaml.safe_load(lm_eval_task("NO"))["task"] == "mores_NO"
    assert yaml.safe_load(lm_eval_group(["NOR", "SWE"]))["task"] == ["mores_NOR", "mores_SWE"]
