from pathlib import Path

import jinja2
import pytest

from mores.errors import InputError
from mores.items import load_bank
from mores.prompts import (
    Country,
    Prompts,
    load_countries,
    parse_choice,
    parse_norm,
    parse_norms,
    split_thinking,
)

ROOT = Path(__file__).parents[2]
KENYA = Country("KEN", "Kenya", "Kenyan")


@pytest.fixture(scope="module")
def item():
    return load_bank(ROOT / "resources/items/demo.yaml").items["CU01"]


@pytest.fixture(scope="module")
def prompts():
    return Prompts(ROOT / "resources/prompts")


def test_an_answer_prompt_is_one_user_turn_with_country_topic_norms_first(prompts, item):
    asked = {"country": KENYA, "topic": "keeping old customs", "item": item}
    ((turn),) = prompts.render("answer", norms=["People here sing."], examples=[], **asked)
    assert turn["role"] == "user"
    head, question = turn["content"].split("Question:")
    assert "Kenya" in head and "keeping old customs" in head and "- People here sing." in head
    assert "1. Agree strongly\n2. Agree\n" in question


def test_without_norms_the_prompt_does_not_speak_of_norms(prompts, item):
    asked = {"country": KENYA, "topic": "keeping old customs", "item": item}
    ((turn),) = prompts.render("answer", norms=[], examples=[], **asked)
    assert "orms" not in turn["content"]


def test_a_long_scale_names_only_its_ends(prompts):
    item = load_bank(ROOT / "resources/items/demo.yaml").items["CU16"]
    asked = {"country": KENYA, "topic": "keeping old customs", "item": item}
    ((turn),) = prompts.render("answer", norms=[], examples=[], **asked)
    assert "from 0 (Not at all) to 10 (In every detail)" in turn["content"]


def test_a_value_nobody_gives_is_an_error(prompts, item):
    with pytest.raises(jinja2.UndefinedError):
        prompts.render("answer", item=item, norms=[])


def test_a_country_needs_name_and_adjective(tmp_path):
    path = tmp_path / "names.yaml"
    path.write_text("KEN: {name: Kenya}\n")
    with pytest.raises(InputError, match="KEN"):
        load_countries(path)


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
