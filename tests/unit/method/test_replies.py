import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.method.items import load_bank
from mores.method.replies import (
    REASONS,
    parse_norm,
    parse_norms,
    read_answer,
    split_thinking,
)
from mores.method.requests import Completion

ROOT = Path(__file__).parents[3]
ITEM = load_bank(ROOT / "resources/items/demo.yaml").items["CU01"]  # codes 1 to 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("because\n</think>\n3", ("because", "3")),
        ("<think>because</think>3", ("because", "3")),
        ("<think>a</think>b</think>3", ("a</think>b", "3")),
        ("<think>never closed, 4", ("never closed, 4", "")),
        ("3", ("", "3")),
        ("", ("", "")),
    ],
)
def test_thinking_and_answer_are_told_apart(text, expected):
    assert split_thinking(text) == expected


def test_a_low_level_norm_is_one_line():
    assert parse_norm(" **People here sing.**\n") == "People here sing."
    assert parse_norm("People here sing.\nAnd dance.") is None
    assert parse_norm("") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. They sing.\n2. They dance.", ["They sing.", "They dance."]),
        ("Here they are:\n1) They sing.\n2) **They dance.**", ["They sing.", "They dance."]),
        ("1. They sing.", None),
        ("1. They sing.\n2. They dance.\n3. They rest.", None),
        ("1. They sing.\n3. They dance.", None),
        ("1. They sing.\n2. They sing.", None),
        ("They sing. They dance.", None),
        ("1.\n They sing.\n2. They dance.", ["They sing.", "They dance."]),
        ("1. They sing.\n2. **", None),
        ("9" * 5000 + ". They sing.\n2. They dance.", None),
    ],
)
def test_high_level_norms_are_a_numbered_list_of_the_count_asked_for(text, expected):
    assert parse_norms(text, 2) == expected


def completion(text, finish_reason="stop"):
    return Completion("key", text, finish_reason, 3, 5)


def test_a_reply_is_read_as_thinking_answer_and_option():
    assert read_answer(completion("they agree\n</think>\n\n2"), ITEM) == {
        "answer": "2",
        "thinking": "they agree",
        "choice": 2,
        "invalid": None,
    }


@pytest.mark.parametrize("left_open", [False, True])
def test_an_option_named_in_thinking_alone_is_no_answer(left_open):
    """Be the thinking opened by the reply or by its prompt; its digits score as nothing."""
    text = "surely 2 of 4" if left_open else "<think>\nsurely 2 of 4"
    for reason, invalid in {"stop": "no_number", "length": "cut"}.items():
        read = read_answer(completion(text, reason), ITEM, left_open)
        assert read == {
            "answer": "",
            "thinking": "surely 2 of 4",
            "choice": None,
            "invalid": invalid,
        }


def test_thinking_that_was_closed_is_not_left_open():
    assert split_thinking("so\n</think>\n2", left_open=True) == ("so", "2")


def test_a_reply_cut_by_the_length_limit_is_invalid_whatever_it_names():
    read = read_answer(completion("they agree\n</think>\n\n2", "length"), ITEM)
    assert (read["choice"], read["invalid"], read["answer"]) == (None, "cut", "2")


def test_the_reasons_of_invalid_answers_are_those_that_tables_count():
    said = ["2", "I cannot answer that.", "Agree", "9", "1 or 2"]
    finished = ["length", *["stop"] * 4]
    read = [read_answer(completion(*one), ITEM) for one in zip(said, finished, strict=True)]
    assert tuple(one["invalid"] for one in read) == REASONS


@given(text=st.text() | st.from_regex(r"(?s).*</think>.*\d.*"), left_open=st.booleans())
def test_any_text_is_read(text, left_open):
    """With a choice or a reason, never both; norms that parse are as many as were asked for."""
    for reason in ("stop", "length"):
        read = read_answer(completion(text, reason), ITEM, left_open)
        assert (read["choice"] is None) == (read["invalid"] in REASONS)
        assert read["choice"] is None or read["choice"] in ITEM.codes
    assert parse_norm(text) != ""
    norms = parse_norms(text, 2)
    assert norms is None or (len(norms) == 2 and all(norms))


@pytest.mark.parametrize(
    "unit",
    [
        "9",
        "\n",
        " ",
        "1. ",
        "1.",
        "not ",
        "not to ",
        "some ",
        "1.\n",
        "would ",
        "option:",
        "\\boxed{",
    ],
)
def test_a_reply_that_repeats_itself_for_ever_is_read_at_once(unit):
    """A model that loops to the length limit holds up no job, let alone ends it."""
    text = unit * 20_000
    begun = time.perf_counter()
    read_answer(completion(text), ITEM)
    parse_norm(text)
    parse_norms(text, 3)
    assert time.perf_counter() - begun < 5
