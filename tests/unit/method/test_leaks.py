from dataclasses import replace

import pytest

from mores.method.items import Bank, Item
from mores.method.leaks import Scored

LONG = "Defend it against whatever would undermine it"
ITEMS = [
    Item(id="Q101", topic="t", wording="Do people like the sea?", options=("Yes", "No")),
    Item(id="Q102", topic="t", wording="Which should they do?", options=(LONG, "Leave it alone")),
    Item(id="Q3", topic="t", wording="Are hills steep around here?", options=("Yes", "No")),
    Item(id="Q104", topic="t", wording="Do people like the hills?", options=("Yes", "No")),
]
SCORED = Scored(
    Bank("s", {"t": "things"}, {item.id: item for item in ITEMS}), frozenset({"Q102", "Q3"})
)


def leak(text: str, scored: Scored = SCORED) -> str | None:
    return scored.leak(text, *scored.wordings.nearest(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("As Q102 says, one must", "names the test item Q102"),
        ("So (Q102): yes", "names the test item Q102"),
        ("are hills steep around here", "has 100% of the wording of the test item Q3"),
        (f"They say: {LONG.lower()}!", "has an answer of the test item Q102"),
    ],
)
def test_what_is_scored_is_found(text, told):
    assert leak(text).startswith(told)


@pytest.mark.parametrize(
    "text",
    [
        *("Q101 and Q104", "Do people like the sea?", "Yes"),
        *("Q3. A list counts so", "Q1020", "XQ102", "Leave it alone", ""),
    ],
)
def test_what_is_not_scored_or_could_be_said_by_chance_is_not(text):
    assert leak(text) is None


def test_an_answer_that_several_items_have_tells_of_none():
    assert leak(LONG, replace(SCORED, test=frozenset({"Q3"}))) is None


def test_sisters_are_counted_by_training_item():
    scored = replace(SCORED, test=frozenset({"Q104", "Q3"}))
    assert scored.sisters == {"Q101": {"Q104"}, "Q102": set()}
