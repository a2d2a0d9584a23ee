import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.method.items import Item
from mores.method.requests import Completion
from mores.method.shares import parse_shares, read_stated

FOUR = Item(id="A", topic="t", wording="?", options=("Very", "Rather", "Not very", "Not at all"))
SCALE = Item(id="B", topic="t", wording="?", between=("never", "always"), codes=tuple(range(11)))
LINES = "1: 40%\n2: 30%\n3: 20%\n4: 10%"
EXPECTED = {"1": 0.4, "2": 0.3, "3": 0.2, "4": 0.1}


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        "Here it is:\n\n- **1**: 40 %\n- **2**: 30 %\n- **3**: 20.0 %\n- **4**: 10 %\n",
        "1. Very: 40%\n2. Rather: 30%\n3. Not very: 20%\n4. Not at all: 10%",
        "1 = 0.4; 2 = 0.3; 3 = 0.2; 4 = 0.1",
        '{"1": 40, "2": 30, "3": 20, "4": 10}',
        "1: 40%, 2: 30%, 3: 20%, 4: 10%",
        "Option 1: 40\nOption 2: 30\nOption 3: 20\nOption 4: 10",
        "| 1 | 40% |\n| 2 | 30% |\n| 3 | 20% |\n| 4 | 10% |",
        "1 - Very - 40%\n2 - Rather - 30%\n3 - Not very - 20%\n4 - Not at all - 10%",
    ],
)
def test_percentages_and_shares_are_read_in_any_usual_form(text):
    shares, invalid = parse_shares(text, FOUR)
    assert invalid is None
    assert shares == pytest.approx(EXPECTED)


def test_an_option_that_is_not_named_has_none_where_the_others_are_the_whole():
    shares, _ = parse_shares("0: 25%\n10: 75%", SCALE)
    assert (shares["0"], shares["5"], shares["10"]) == (0.25, 0, 0.75)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_number"),
        ("Most would agree.", "no_number"),
        ("3", "no_number"),
        ("I cannot answer this.", "refused"),
        ("About 40% would.", "no_number"),
        ("1: 50%\n5: 50%", "not_an_option"),
        ("-1: 50%\n1: 50%", "not_an_option"),
        ("1: 40%\n2: 30%", "ambiguous"),
        ("1: 0%\n2: 0%\n3: 0%\n4: 0%", "ambiguous"),
        (f"{LINES}\n1: 40%", "ambiguous"),
        (f"{LINES}\nThat is:\n1: 10%\n2: 30%\n3: 20%\n4: 40%", "ambiguous"),
        ("1: 12,5%\n2: 87,5%", "no_number"),
    ],
)
def test_what_is_no_distribution_has_a_reason(text, reason):
    assert parse_shares(text, FOUR) == (None, reason)


@given(st.lists(st.integers(0, 50), min_size=11, max_size=11).filter(lambda found: sum(found) > 20))
def test_whatever_is_written_in_the_form_asked_for_is_read_back(weights):
    total = sum(weights)
    text = "\n".join(f"{code}: {100 * n / total:.2f}%" for code, n in enumerate(weights))
    shares, invalid = parse_shares(text, SCALE)
    assert invalid is None
    assert sum(shares.values()) == pytest.approx(1)
    assert shares == pytest.approx(
        {str(code): n / total for code, n in enumerate(weights)}, abs=2e-3
    )


@given(st.text(alphabet='0123456789:%.,-= \n|Option{}"') | st.text())
def test_any_text_is_read_or_has_a_reason(text):
    shares, invalid = parse_shares(text, FOUR)
    assert (shares is None) == (invalid is not None)
    assert shares is None or sum(shares.values()) == pytest.approx(1)


def reply(text, reason="stop"):
    return Completion(key="", text=text, finish_reason=reason, prompt_tokens=1, completion_tokens=1)


def test_the_choice_of_a_stated_distribution_is_its_largest_share():
    found = read_stated(reply("1: 10%\n2: 45%\n3: 45%"), FOUR)
    assert (found["choice"], found["answer"], found["invalid"]) == (2, "2", None)
    assert found["shares"]["3"] == pytest.approx(0.45)


def test_what_was_cut_or_states_nothing_has_neither():
    cut = read_stated(reply("1: 100%", "length"), FOUR)
    assert (cut["choice"], cut["shares"], cut["invalid"]) == (None, None, "cut")
    bare = read_stated(reply("1"), FOUR)
    assert (bare["choice"], bare["shares"], bare["invalid"]) == (None, None, "no_number")
