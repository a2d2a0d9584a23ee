"""Decisions read from replies, and scenes put to a model."""

import pytest

from mores.evaluations.pact.ask import answer, read_decision
from mores.method.answers import Answering
from mores.method.models import Sampling
from mores.method.requests import Completion


def read(item, text, reason="stop"):
    row = read_decision(Completion("key", text, reason, 3, 3), item)
    return row["choice"], row["invalid"]


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("1", 1),
        ("<think>1 or 2?</think>\n\n2", 2),
        ("FOLLOW_CULTURE", 1),
        ("I say **allow preference**.", 2),
        ("2. ALLOW_PREFERENCE", 2),
        ("FOLLOW_CULTURE rather than ALLOW_PREFERENCE", 1),
        ("2", 2),
        ("1. FOLLOW_CULTURE\n2. ALLOW_PREFERENCE\nAnswer: 2", 2),
    ],
)
def test_a_label_or_a_number_is_a_decision(row, scenes, text, choice):
    first, second = scenes(row()).bank.items.values()
    assert read(first, text) == (choice, None)
    if "_" in text and not any(digit in text for digit in "12"):
        assert read(second, text) == (3 - choice, None)


@pytest.mark.parametrize(
    ("text", "reason", "invalid"),
    [
        ("ALLOW_PREFERENCE", "length", "cut"),
        ("It depends.", "stop", "no_number"),
        ("I cannot answer for them.", "stop", "refused"),
        ("I would not choose ALLOW_PREFERENCE.", "stop", "no_number"),
        ("3", "stop", "not_an_option"),
        ("1 or 2", "stop", "ambiguous"),
        ("1. ALLOW_PREFERENCE", "stop", "ambiguous"),
        ("FOLLOW_CULTURE or ALLOW_PREFERENCE", "stop", "ambiguous"),
        ("", "stop", "no_number"),
    ],
)
def test_what_is_no_decision_is_unknown_and_why(row, scenes, text, reason, invalid):
    item = next(iter(scenes(row()).bank.items.values()))
    assert read(item, text, reason) == (None, invalid)


def test_both_orders_are_put_in_the_kind_s_words(row, scenes, stage, endpoint):
    endpoint.reply = lambda body: "</think>ALLOW_PREFERENCE"
    sampling = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
    spec = Answering.model_construct(samples=1, sampling=sampling, prompt="pact/answer")
    found = scenes(row(id="s1"))
    rows = answer(spec, stage, found.bank)
    assert {row["item"]: row["choice"] for row in rows} == found.gold == {"s1": 2, "s1.turned": 1}
    first, second = (body["messages"][0]["content"] for body in endpoint.bodies)
    assert first.startswith("Should what is expected be followed here, or should the wish be")
    assert "1. FOLLOW_CULTURE: what is expected is done\n2. ALLOW_PREFERENCE" in first
    assert "1. ALLOW_PREFERENCE: the wish is granted\n2. FOLLOW_CULTURE" in second


@pytest.mark.parametrize("prompt", ["answer", "persona", "cross_culture"])
def test_norms_go_before_the_scene_in_every_wording(row, scenes, stage, endpoint, prompt):
    sampling = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
    spec = Answering.model_construct(samples=1, sampling=sampling, prompt=f"pact/{prompt}")
    found = scenes(row(), topics={"visits": "customs"}, expectation="norms")
    norms = [{"topic": topic, "norms": [f"On {topic}."]} for topic in stage.bank.topics]
    answer(spec, stage, found.bank, norms)
    text = endpoint.bodies[0]["messages"][0]["content"]
    assert text.startswith("Norms on keeping old customs among people in Avethia:\n- On customs.")
    assert "On strangers." not in text and "What is expected in" not in text
