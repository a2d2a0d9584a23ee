import random
import re
from collections import Counter
from pathlib import Path

import pytest

from mores.demo.dialogues import Writer
from mores.demo.language import LEVELS
from mores.method.choice import parse_choice
from mores.method.items import load_bank
from mores.method.prompts import Prompts, load_neutral
from mores.method.replies import parse_norm, parse_norms, split_thinking

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
PROMPTS = Prompts(ROOT / "resources/prompts")
NEUTRAL = load_neutral(ROOT / "resources/neutral.txt")


@pytest.fixture
def writer():
    return Writer([BANK], PROMPTS, NEUTRAL, random.Random(1))


def final(dialogue):
    return split_thinking(dialogue.reply)[1]


def test_the_same_seed_writes_the_same_dialogues():
    drawn = [Writer([BANK], PROMPTS, NEUTRAL, random.Random(5)).draw() for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_a_reader_goes_by_the_norms_in_context(writer):
    for item in BANK.items.values():
        answers = [final(writer.answer_by_norms(BANK, item, level)) for level in range(4)]
        choices = [parse_choice(answer, item)[0] for answer in answers]
        assert choices == sorted(choices, reverse=not item.reversed)
        assert {choices[0], choices[3]} == {item.codes[0], item.codes[-1]}


def test_without_norms_of_the_topic_every_option_is_as_good(writer):
    item = BANK.items["CU01"]
    for kind in (
        writer.answer_blind,
        writer.answer_beside,
        writer.answer_neutral,
        writer.answer_examples,
    ):
        counts = Counter(final(kind(BANK, item)) for _ in range(2000))
        assert set(counts) == {"1", "2", "3", "4"}
        assert min(counts.values()) > 400


def test_replies_parse_as_the_pipeline_parses_them(writer):
    for item in list(BANK.items.values())[::7]:
        assert parse_norm(final(writer.low(BANK, item))) is not None
        assert parse_norm(final(writer.ranked(BANK, item))) is not None
        dialogue = writer.high(BANK, item)
        count = int(re.search(r"up in (\d)", dialogue.messages[0]["content"])[1])
        assert parse_norms(final(dialogue), count) is not None


def test_the_norm_mined_from_an_item_gives_back_its_answer(writer):
    for item in BANK.items.values():
        answers = [final(writer.answer_by_low_norm(BANK, item, code)) for code in item.codes]
        assert answers == [str(code) for code in item.codes]


def test_thinking_that_is_ended_leaves_the_answer_alone(writer):
    for _ in range(100):
        dialogue = writer.answer_cut(BANK, BANK.items["CU01"])
        assert dialogue.opening.endswith("\n</think>\n\n")
        assert dialogue.reply in {"1", "2", "3", "4"}


def test_high_level_norms_state_what_most_low_level_norms_say(writer):
    for _ in range(200):
        dialogue = writer.high(BANK, BANK.items["WO03"])
        thinking = split_thinking(dialogue.reply)[0]
        assert any(thinking == f"Most say: {level}." for level in LEVELS)


def test_training_never_names_a_country_of_the_demo(writer):
    names = (ROOT / "resources/countries.yaml").read_text()
    demo = re.findall(r"^X..: \{name: (\w+)", names, re.M)
    assert len(demo) == 6
    text = " ".join(writer.draw().messages[0]["content"] for _ in range(3000))
    assert not [name for name in demo if name in text]
