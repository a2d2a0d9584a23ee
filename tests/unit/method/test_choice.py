"""Final answers and the option that each names, in shapes that models give them.

Shapes marked "published" are those of Llama-3-8B-Instruct's published answers to WVS-7, in other
words.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.method.choice import parse_choice
from mores.method.items import Item, load_bank
from mores.rows import read_json

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
AGREE = BANK.items["CU01"]  # codes 1 to 4, with words
SCALE = BANK.items["CU16"]  # a long scale, whose ends alone have words
AMBIGUOUS, NO_NUMBER = (None, "ambiguous"), (None, "no_number")
NOT_AN_OPTION, REFUSED = (None, "not_an_option"), (None, "refused")

# Of an item with the options 1 to 4.
READ = {
    # a number, bare or dressed
    "3": 3,
    " 3\n": 3,
    "3.": 3,
    "(3)": 3,
    "**3**": 3,
    "3. Agree": 3,
    "3) Agree": 3,
    "3 - Agree": 3,
    "3.Agree": 3,  # published
    "Option 3": 3,
    "Option 3: Agree": 3,
    "Agree (3)": 3,
    "３": 3,  # noqa: RUF001 (a full-width digit)
    # a verdict
    "Answer: 2": 2,
    "**Answer:** 2": 2,
    "Answer: **2**": 2,
    "The final answer is 2.": 2,
    "My answer is: 2": 2,  # published
    "My answer is option 2.": 2,
    "The best option is 2.": 2,
    "I would choose option 2.": 2,  # published
    "I choose the option: 2": 2,  # published
    "I would answer 1. Disagree strongly.": 1,  # published
    "I'd say... 1.": 1,  # published
    "Frankly, I'd have to go with... 4!": 4,  # published
    "As somebody from here I value science.\n\nI'd say:\n\n2": 2,  # published
    "Most people would pick 2.": 2,
    "\\boxed{1}": 1,
    "\\boxed{\\text{1}}": 1,
    # a verdict beside other numbers
    "The answer is 4, not 1.": 4,
    "Answer: 3 (not option 4)": 3,
    "Of 1 to 4, I choose option 2.": 2,
    "On a scale of 1 to 4, I'd say 3.": 3,
    "Of 100 people 60 agree.\n\n2": 2,
    "2\n\nReasons:\n1. They feast.\n2. They sing.\n3. They dance.": 2,
    # a number at the beginning, another one set aside or only spoken of
    "3. Option 4 would be too strong": 3,
    "3. 4 would be too strong": 3,
    "Option 3. Option 4 would be too strong.": 3,
    "3 (not 4)": 3,
    "3, not 4": 3,
    "3 rather than 4": 3,
    "2: rather 2 than anything": 2,
    "The answer is not 1 but 3": 3,
    "I wouldn't choose option 4; 3": 3,
    # the only number
    "It is 2 for most.": 2,
    "In all honesty! 4": 4,  # published
    # what others say, and what options are counted with
    "I think 3, but some would say 4": 3,
    "Some people might choose 1; I would choose 3.": 3,
    "Of the 4 options, 2 fits best.": 2,
    "3\nOptions considered: all": 3,
    # more than one
    "1. 2. 3. 4.": AMBIGUOUS,
    "somewhere between 1 and 2": AMBIGUOUS,
    "1.\n2.": AMBIGUOUS,
    "1 or 2": AMBIGUOUS,
    "Answer: 1 or 2": AMBIGUOUS,
    "Answer: 1-2": AMBIGUOUS,
    "The answer is 2 or maybe 3.": AMBIGUOUS,
    "2, 3": AMBIGUOUS,
    "Answer: 3. On reflection, the answer is 4.": AMBIGUOUS,
    "Younger people would choose 4, older people would choose 1.": AMBIGUOUS,
    "Option 4 is too strong for them, so 3": AMBIGUOUS,
    "1. Agree strongly: no\n2. Agree: yes": AMBIGUOUS,
    # none
    "Agree": NO_NUMBER,
    "": NO_NUMBER,
    "Not 4.": NO_NUMBER,
    "Neither 1 nor 2": NO_NUMBER,
    "I don't think that the answer is 3.": NO_NUMBER,
    "There are 4 options.": NO_NUMBER,
    "Some would say 2.": NO_NUMBER,
    # no option
    "7": NOT_AN_OPTION,
    "0": NOT_AN_OPTION,
    "-1": NOT_AN_OPTION,
    "\u22121": NOT_AN_OPTION,
    "1,000": NOT_AN_OPTION,
    "1,000,000 people would agree.": NOT_AN_OPTION,
    "1.2.3": NOT_AN_OPTION,
    "2.5": NOT_AN_OPTION,
    "Answer: 2.5": NOT_AN_OPTION,
    "2.2": NOT_AN_OPTION,
    "I'd say 12.": NOT_AN_OPTION,
    "9" * 5000: NOT_AN_OPTION,
    "Answer: " + "1" * 5000: NOT_AN_OPTION,
    # refused
    "I cannot answer for a whole people.": REFUSED,
    "I am not able to pick 3.": REFUSED,
    "I cannot choose an option that excuses this.": REFUSED,  # published
    "I can’t provide that.": REFUSED,  # noqa: RUF001
    "I cannot answer that. Call the help line at 988.": REFUSED,  # published
    # published
    "I cannot answer that. Call:\n\n1. A help line (here): 1-800-555-0100 (24)": REFUSED,
    "I cannot answer for all, but I'd say 3.": 3,
}
# Of a scale from 1 to 10: a number twice is the option with its text, as published prompts list it.
ON_A_SCALE = {
    "2.2": 2,
    "I would choose option 2.2.": 2,
    "I would choose option 2.2, as I mostly agree.": 2,
    "I'd say... 10.10": 10,
    "2. 2": 2,
    "2.5": NOT_AN_OPTION,
    "2,2": 2,
    "11.11": NOT_AN_OPTION,
    "2.22": NOT_AN_OPTION,
    "7/10": AMBIGUOUS,
}


def expected(reading):
    return reading if isinstance(reading, tuple) else (reading, None)


@pytest.mark.parametrize("text", READ, ids=lambda text: text[:40])
def test_the_choice_is_read_and_never_guessed(text):
    assert parse_choice(text, AGREE) == expected(READ[text])


@pytest.mark.parametrize("text", ON_A_SCALE)
def test_a_number_twice_is_an_option_of_a_numeric_scale(text):
    assert parse_choice(text, SCALE) == expected(ON_A_SCALE[text])


def test_codes_are_the_surveys_own():
    zero = Item(id="Z", topic="t", wording="How many?", codes=range(11), between=("none", "all"))
    assert parse_choice("0", zero) == (0, None)
    assert parse_choice("0.0", zero) == (0, None)
    assert parse_choice("10", zero) == (10, None)
    assert parse_choice("11", zero) == NOT_AN_OPTION


@given(st.text() | st.from_regex(r"(?i)(answer|option|not|or|\W|\d|would say){1,20}"))
def test_any_text_names_an_option_or_has_a_reason(text):
    for item in (AGREE, SCALE):
        choice, reason = parse_choice(text, item)
        assert (choice is None) != (reason is None)
        assert choice is None or (choice in item.codes and type(choice) is int)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.sampled_from(["", "so ", "hm, "]))
def test_bare_numbers_are_read_where_all_agree(numbers, words):
    text = words + " ".join(map(str, numbers))
    same = len(set(numbers)) == 1
    assert parse_choice(text, AGREE) == ((numbers[0], None) if same else AMBIGUOUS)


def test_published_answers_are_read_but_for_refusals(shared_data):
    """Nothing but refusals goes unread, and what is read is a number that the answer holds."""
    items = load_bank(ROOT / "resources/items/wvs7.yaml").items
    counted = 0
    for file in sorted((shared_data / "llama3-8b-answers").glob("*.json")):
        for row in read_json(file):
            choice, reason = parse_choice(row["answer"], items[row["Q_id"]])
            numbers = re.findall(r"(\d+)(?:\.\1)?(?![\d])", row["answer"])
            if reason:
                assert reason == "refused" and re.search(r"I (can)not", row["answer"])
            else:
                assert str(choice) in numbers
            counted += reason is None
    assert counted > 2000
