from pathlib import Path

import pytest

from mores.method.items import load_bank
from mores.method.replies import (
    REASONS,
    parse_choice,
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", (3, None)),
        ("3.", (3, None)),
        ("**3**", (3, None)),
        ("3. Agree", (3, None)),
        ("Answer: 2", (2, None)),
        ("The answer is 4, not 1.", (4, None)),
        ("Of 1 to 4, I choose option 2.", (2, None)),
        ("\\boxed{1}", (1, None)),
        ("2: rather 2 than anything", (2, None)),
        ("Agree", (None, "no_number")),
        ("", (None, "no_number")),
        ("I cannot answer for a whole people.", (None, "refused")),
        ("7", (None, "not_an_option")),
        ("0", (None, "not_an_option")),
        ("-1", (None, "not_an_option")),
        ("2.5", (None, "not_an_option")),
        ("somewhere between 1 and 2", (None, "ambiguous")),
        ("1.\n2.", (None, "ambiguous")),
    ],
)
def test_the_choice_is_read_and_never_guessed(text, expected):
    assert parse_choice(text, (1, 2, 3, 4)) == expected


def test_codes_are_the_surveys_own():
    assert parse_choice("0", (0, 1, 2)) == (0, None)
    assert parse_choice("10", tuple(range(11))) == (10, None)
    assert parse_choice("3", (0, 1, 2)) == (None, "not_an_option")


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


def test_an_option_named_in_thinking_alone_is_no_answer():
    read = read_answer(completion("<think>\nsurely 2"), ITEM)
    assert (read["choice"], read["invalid"]) == (None, "no_number")


def test_a_reply_cut_by_the_length_limit_is_invalid_whatever_it_names():
    read = read_answer(completion("they agree\n</think>\n\n2", "length"), ITEM)
    assert (read["choice"], read["invalid"], read["answer"]) == (None, "cut", "2")


def test_the_reasons_of_invalid_answers_are_those_that_tables_count():
    said = ["2", "I cannot answer that.", "Agree", "9", "1 or 2"]
    finished = ["length", *["stop"] * 4]
    read = [read_answer(completion(*one), ITEM) for one in zip(said, finished, strict=True)]
    assert tuple(one["invalid"] for one in read) == REASONS
