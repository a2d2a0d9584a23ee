"""The WVS-7 item bank against the survey's own item list and codes (../shared/data)."""

import json
import re
from pathlib import Path

import pytest

from mores.method.items import load_bank
from mores.survey.split import Split, split_items

BANK = load_bank(Path(__file__).parents[3] / "resources/items/wvs7.yaml")
TOPICS = {  # spec: the questionnaire's sections
    "social_values": (1, 45),
    "wellbeing": (46, 56),
    "social_capital": (57, 105),
    "economic_values": (106, 111),
    "corruption": (112, 120),
    "migration": (121, 130),
    "security": (131, 151),
    "postmaterialism": (152, 157),
    "science": (158, 163),
    "religious_values": (164, 175),
    "ethical_values": (176, 198),
    "political_interest": (199, 234),
    "political_culture": (235, 259),
}
NOMINAL = ["Q56", "Q111", *(f"Q{n}" for n in range(152, 158)), "Q173", "Q221", "Q222", "Q254"]
ZERO_BASED = [
    *range(94, 106),
    119,
    *range(122, 130),
    *range(241, 250),
]


@pytest.fixture(scope="module")
def questions(shared_data):
    entries = json.loads((shared_data / "wvs7/questions.json").read_text())
    return {entry["Q_id"]: entry for entry in entries if entry["Q_id"] in BANK.items}


def words(text):
    return re.findall(r"[a-z']+", text.lower())


def runs_of_six(text):
    return [tuple(text[i : i + 6]) for i in range(len(text) - 5)]


def test_every_scored_item_is_there_in_order():
    numbers = [f"Q{n}" for n in range(1, 260) if n != 223]
    numbers.insert(numbers.index("Q234") + 1, "Q234A")
    assert list(BANK.items) == numbers


def test_topics_are_the_questionnaires_sections():
    assert list(BANK.topics) == list(TOPICS)
    for topic, (first, last) in TOPICS.items():
        numbers = {int(item.id[1:].rstrip("A")) for item in BANK.of_topic(topic)}
        assert numbers == set(range(first, last + 1)) - {223}


def test_nominal_items_are_marked():
    assert [item.id for item in BANK.items.values() if item.kind == "nominal"] == NOMINAL


def test_items_count_from_one_or_zero_as_the_survey_does():
    first = {item.id: item.codes[0] for item in BANK.items.values()}
    assert {name for name, code in first.items() if code == 0} == {f"Q{n}" for n in ZERO_BASED}


def test_option_counts_are_the_surveys(questions):
    assert set(questions) == set(BANK.items)
    counts = {name: len(entry["option_lst"]) for name, entry in questions.items()}
    assert {name: len(item.codes) for name, item in BANK.items.items()} == counts


def test_long_scales_have_words_at_their_ends_only():
    assert {name for name, item in BANK.items.items() if item.between} == {
        name for name, item in BANK.items.items() if len(item.codes) >= 10
    }


def test_no_two_items_ask_the_same():
    wordings = [one for item in BANK.items.values() for one in (item.wording, *item.wordings)]
    assert len(set(wordings)) == len(wordings)


def test_test_items_of_every_topic_have_a_second_wording():
    parts = split_items(BANK, Split())
    topics = [
        item.topic for item in BANK.items.values() if item.wordings and parts[item.id] == "test"
    ]
    assert len(topics) >= 60
    assert set(topics) == set(BANK.topics)


def test_the_codes_are_those_people_answered(shared_data):
    survey = json.loads((shared_data / "wvs7/proportions_by_country.json").read_text())
    answered = {}
    for items in survey.values():
        for name, shares in items.items():
            answered.setdefault(name, set()).update(int(code) for code in shares)
    assert {name: set(item.codes) for name, item in BANK.items.items()} == answered


def test_the_wording_is_our_own(questions):
    for name, item in BANK.items.items():
        ours = [words(one) for one in (item.wording, *item.wordings)]
        theirs = words(questions[name]["question"])
        assert theirs not in ours, name
        # The run may come from their question or from any of their options.
        texts = [theirs, *(words(str(text)) for text in questions[name]["option_lst"])]
        runs = {run for text in texts for run in runs_of_six(text)}
        texts = [*ours, *(words(text) for text in item.options or item.between)]
        copied = [run for text in texts for run in runs_of_six(text) if run in runs]
        assert not copied, f"{name}: {' '.join(copied[0])}"


def test_the_options_are_our_own(questions):
    short = {"yes", "no", "france", "china", "india", "london", "geneva", "human rights"}
    for name, item in BANK.items.items():
        ours = [text.lower() for text in item.options if text.lower() not in short]
        theirs = {str(text).lower() for text in questions[name]["option_lst"]}
        same = [text for text in ours if text in theirs]
        assert len(same) <= len(ours) / 2, f"{name}: {same}"
