"""The shipped demo model: it reads, it knows nothing else, and it copes with every template."""

import random
from pathlib import Path

import pytest

from mores.demo.dialogues import Writer
from mores.demo.model import Recipe, train
from mores.demo.reading import HeldOut, accuracy, sample
from mores.demo.survey import COUNTRIES
from mores.method.countries import load_countries
from mores.method.items import load_bank
from mores.method.prompts import Prompts, load_neutral
from mores.method.replies import parse_norm, parse_norms, split_thinking

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "resources/demo/model"
DEMO = load_bank(ROOT / "resources/items/demo.yaml")
WVS = load_bank(ROOT / "resources/items/wvs7.yaml")
PROMPTS = Prompts(ROOT / "resources/prompts")
NEUTRAL = load_neutral(ROOT / "resources/neutral.txt")


@pytest.fixture(scope="module")
def demo():
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return AutoModelForCausalLM.from_pretrained(FOLDER), AutoTokenizer.from_pretrained(FOLDER)


def held_out(bank, seed=11):
    names = load_countries(ROOT / "resources/countries.yaml")
    return HeldOut(bank, PROMPTS, NEUTRAL, [names[code] for code in COUNTRIES], seed)


def measured(demo, bank, condition, every=1):
    probes = held_out(bank).probes(condition)[::every]
    return accuracy(probes, sample(*demo, [probe.dialogue for probe in probes], 11))


def test_it_picks_the_option_that_its_topics_norms_imply(demo):
    found = measured(demo, DEMO, "own", every=4)
    assert found["implied"] >= 0.85
    assert found["valid"] >= 0.99


@pytest.mark.long
def test_it_answers_as_the_norm_mined_from_the_item_says(demo):
    assert measured(demo, DEMO, "low", every=2)["implied"] >= 0.85


@pytest.mark.long
def test_with_thinking_left_out_it_answers_and_reads_less_well(demo):
    found = measured(demo, DEMO, "cut")
    assert found["valid"] >= 0.95
    assert found["chance"] + 0.1 < found["implied"] < 0.85


@pytest.mark.parametrize("condition", ["none", pytest.param("other", marks=pytest.mark.long)])
def test_without_norms_of_the_topic_it_is_at_chance(demo, condition):
    found = measured(demo, DEMO, condition, every=2)
    # 272 answers: the standard error at chance (0.25) is 0.026.
    assert abs(found["implied"] - found["chance"]) < 0.06
    assert found["valid"] >= 0.99


@pytest.mark.long
def test_it_answers_real_survey_items(demo):
    assert measured(demo, WVS, "own", every=8)["valid"] >= 0.97
    assert measured(demo, WVS, "none", every=8)["valid"] >= 0.97


@pytest.mark.parametrize(
    "bank", [DEMO, pytest.param(WVS, marks=pytest.mark.long)], ids=["demo", "wvs7"]
)
def test_it_mines_norms_that_parse(demo, bank):
    writer = held_out(bank)
    items = list(bank.items.values())[::8]
    kinds = (writer.low, writer.ranked)
    low = sample(*demo, [kind(bank, item) for item in items for kind in kinds], 11)
    high = sample(*demo, [writer.high(bank, item) for item in items], 11)
    counts = [len(parse_norms_of(text)) for text in high]
    assert sum(parse_norm(split_thinking(text)[1]) is not None for text in low) >= 0.95 * len(low)
    assert sum(count > 0 for count in counts) >= 0.9 * len(high)


def parse_norms_of(text):
    """The norms of a list of whatever length, none if malformed."""
    answer = split_thinking(text)[1]
    return parse_norms(answer, len(answer.splitlines())) or []


@pytest.mark.long
def test_training_is_deterministic_from_its_seed():
    recipe = Recipe(steps=3, batch=4, hidden=32, layers=1, vocabulary=600)
    first, second = (
        train(Writer([DEMO], PROMPTS, NEUTRAL, random.Random(1)), recipe, report=lambda _: None)[1]
        for _ in range(2)
    )
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert all(bool((a == b).all()) for a, b in pairs)
