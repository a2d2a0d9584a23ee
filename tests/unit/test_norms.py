from pathlib import Path

import pytest

from mores.answers import answer_items, norms_by_topic
from mores.errors import InputError
from mores.items import load_bank
from mores.norms import mine_high_norms, mine_low_norms
from mores.stage import sampling

ROOT = Path(__file__).parents[2]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
SAMPLING = {"temperature": 0.6, "top_p": 0.95, "max_tokens": 64, "seed": 0}
WAY = {"answers": "top", "top_k": None, "min_share": 0, "shares": False}
MINING = {"sampling": SAMPLING, "retries": 2, "norms_per_topic": 2, "way": WAY}
METHOD = {"norms_per_topic": None, "prompt": "answer", "thinking": "full"}


def train_row(item="CU01", top=2):
    return {"item": item, "topic": BANK.items[item].topic, "top": top}


def low_row(item, norm):
    return {"item": item, "topic": BANK.items[item].topic, "norm": norm}


def prompt(body):
    return body["messages"][0]["content"]


def test_a_low_level_norm_comes_from_the_item_and_its_most_frequent_answer(stage, endpoint):
    endpoint.reply = lambda body: "they agree\n</think>\nPeople here agree."
    (row,) = mine_low_norms(stage, [train_row()], MINING)
    assert row["norm"] == "People here agree."
    assert row["thinking"] == "they agree"
    assert (row["item"], row["survey_answer"], row["attempts"]) == ("CU01", 2, 1)
    assert "Most frequent answer: 2. Agree" in prompt(endpoint.bodies[0])


def test_malformed_output_is_asked_again_with_a_new_seed(stage, endpoint):
    replies = iter(["two\nlines", "People here agree."])
    endpoint.reply = lambda body: next(replies)
    (row,) = mine_low_norms(stage, [train_row()], MINING)
    assert (row["norm"], row["attempts"], row["reason"]) == ("People here agree.", 2, None)
    assert len({body["seed"] for body in endpoint.bodies}) == 2


def test_what_stays_malformed_is_counted_and_never_invented(stage, endpoint, caplog):
    endpoint.reply = lambda body: "two\nlines"
    (row,) = mine_low_norms(stage, [train_row()], MINING)
    assert (row["norm"], row["attempts"], row["reason"]) == (None, 3, "malformed")
    assert row["text"] == "two\nlines"
    assert "malformed after all retries: CU01" in caplog.text


def test_a_norm_cut_by_the_length_limit_is_malformed(stage, endpoint):
    endpoint.reply = lambda body: ("People here agr", "length")
    (row,) = mine_low_norms(stage, [train_row()], MINING)
    assert (row["norm"], row["finish_reason"]) == (None, "length")


def test_an_item_the_country_was_not_asked_keeps_its_row(stage, endpoint):
    rows = mine_low_norms(stage, [train_row(top=None), train_row("CU02", 1)], MINING)
    assert [row["item"] for row in rows] == ["CU01", "CU02"]
    assert (rows[0]["norm"], rows[0]["reason"]) == (None, "no_survey_answer")
    assert len(endpoint.bodies) == 1


def test_high_level_norms_come_from_the_topics_low_level_norms(stage, endpoint):
    endpoint.reply = lambda body: "1. They sing.\n2. They dance."
    low = [low_row("CU01", "A"), low_row("CU02", None), low_row("ST01", "B")]
    rows = {row["topic"]: row for row in mine_high_norms(stage, low, MINING)}
    assert list(rows) == list(BANK.topics)
    assert rows["customs"]["norms"] == ["They sing.", "They dance."]
    assert rows["customs"]["items"] == ["CU01"]
    assert (rows["work"]["norms"], rows["work"]["reason"]) == (None, "no_low_norms")
    assert len(endpoint.bodies) == 2


def test_answers_are_asked_once_per_sample_and_read(stage, endpoint):
    replies = iter(["because\n</think>\n2", "9", ("still think", "length"), "none"])
    endpoint.reply = lambda body: next(replies)
    items = [BANK.items["CU01"], BANK.items["CU02"]]
    rows = answer_items(
        stage, items, {}, {}, {"samples": 2, "sampling": SAMPLING, "method": METHOD}
    )
    assert [(row["item"], row["sample"]) for row in rows] == [
        ("CU01", 0),
        ("CU01", 1),
        ("CU02", 0),
        ("CU02", 1),
    ]
    assert [row["choice"] for row in rows] == [2, None, None, None]
    assert [row["invalid"] for row in rows] == [None, "not_an_option", "cut", "no_number"]
    assert rows[0]["thinking"] == "because"
    assert {"prompt", "model", "sampling", "finish_reason", "text"} <= set(rows[0])
    assert len({row["sampling"]["seed"] for row in rows}) == 4


def test_norms_of_the_items_topic_go_into_the_user_turn(stage, endpoint):
    norms = {topic: [] for topic in BANK.topics} | {"customs": ["They sing."]}
    items = [BANK.items["CU01"], BANK.items["ST01"]]
    rows = answer_items(
        stage, items, norms, {}, {"samples": 1, "sampling": SAMPLING, "method": METHOD}
    )
    assert [row["n_norms"] for row in rows] == [1, 0]
    assert "- They sing." in prompt(endpoint.bodies[0])
    assert "Norms" not in prompt(endpoint.bodies[1])


def test_norms_must_have_a_row_for_every_topic(stage):
    with pytest.raises(InputError, match="science"):
        norms_by_topic(stage, [{"topic": "customs", "norms": ["a"]}], "high.jsonl")


def test_the_seed_of_a_request_depends_on_what_it_asks_for_and_nothing_else():
    assert sampling(SAMPLING, "CU01", 0) == sampling(dict(SAMPLING), "CU01", 0)
    assert sampling(SAMPLING, "CU01", 0)["seed"] != sampling(SAMPLING, "CU01", 1)["seed"]
    other = sampling(SAMPLING | {"seed": 1}, "CU01", 0)
    assert other["seed"] != sampling(SAMPLING, "CU01", 0)["seed"]
    assert 0 <= other["seed"] < 2**31
