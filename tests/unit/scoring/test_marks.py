import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.scoring.marks import is_decided, marks, sureness


def survey_row(top=1, n=1000, **shares):
    return {"item": "Q", "top": top, "n": n, "n_effective": float(n), "shares": shares}


SURE, TORN = survey_row(a=0.7, b=0.3), survey_row(a=0.51, b=0.49)
UNASKED = {"item": "Q", "top": None, "n": None, "shares": None}


def test_it_is_told_how_many_were_asked_and_of_what_share_of_items_gold_is_open():
    rows = [SURE, TORN, TORN, SURE | {"n": 100}, UNASKED]
    assert sureness(rows) == {"respondents": 1000.0, "undecided": 0.5}


def test_weights_leave_more_undecided():
    """60 to 40 in a hundred is determined, in a hundred whose weights are worth fifty not."""
    row = survey_row(n=100, a=0.6, b=0.4)
    assert sureness([row])["undecided"] == 0
    weighted = sureness([row | {"n_effective": 50.0}])
    assert weighted == {"respondents": 100.0, "undecided": 1.0}


@pytest.mark.parametrize("rows", [[], [UNASKED], [SURE | {"n": None}]])
def test_where_no_n_is_told_nothing_is_said(rows):
    assert sureness(rows) == {"respondents": None, "undecided": None}


@pytest.mark.parametrize(
    ("shares", "n", "decided"),
    [
        ([0.0, 1.0], 10, True),
        ([0.5, 0.5], 10**6, False),
        # of 100 people: 60 to 40 is 2.04 standard errors of the difference apart, 59 to 41 is 1.83
        ([0.4, 0.6], 100, True),
        ([0.41, 0.59], 100, False),
        ([0.3, 0.3, 0.4], 100, False),
        ([0.3, 0.3, 0.4], 10_000, True),
    ],
)
def test_the_most_frequent_answer_is_determined_or_not(shares, n, decided):
    assert is_decided(shares, n) is decided


def test_a_tie_of_two_is_called_decided_in_one_sample_of_twenty():
    """The confidence holds: samples of people who are evenly torn, counted."""
    rng = np.random.default_rng(1)
    counts = rng.multinomial(1000, [0.4, 0.4, 0.2], size=4000)
    # the third option is never first, and which of the two is first is chance: two-sided
    called = np.mean([is_decided([*(row / 1000)], 1000) for row in counts])
    assert 0.04 < called < 0.06


@given(st.floats(0, 1), st.floats(0, 1000), st.floats(0, 1))
def test_marks_stand_where_their_thresholds_say(rate, respondents, undecided):
    cell = {"invalid_rate": rate, "respondents": respondents, "undecided": undecided}
    found = marks([cell]).split(",")
    assert ("many_invalid" in found) == (rate > 0.2)
    assert ("few_respondents" in found) == (respondents < 200)
    assert ("undecided_gold" in found) == (undecided > 0.25)


def test_a_mean_is_marked_by_its_means():
    good = {"invalid_rate": 0.0, "respondents": 1000.0, "undecided": 0.1}
    poor = {"invalid_rate": 0.9, "respondents": 25.0, "undecided": 0.9}
    assert marks([good]) == ""
    assert marks([poor]) == "many_invalid,few_respondents,undecided_gold"
    assert marks([good, good, poor]) == "many_invalid,undecided_gold"


def test_a_cell_without_respondents_is_marked_by_its_answers_alone():
    assert marks([{"invalid_rate": 0.986}]) == "many_invalid"
    assert marks([{"invalid_rate": 0.0, "respondents": None, "undecided": None}]) == ""
