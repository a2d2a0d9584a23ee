"""The ways to mine norms that do not start from the most frequent answer alone."""

from pathlib import Path

import pytest

from mores.method.items import load_bank
from mores.method.models import Sampling
from mores.method.norms import (
    HighMining,
    LowMining,
    Way,
    mine_low_norms,
    mine_topic_norms,
    rank_answers,
)

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
ITEM = BANK.items["CU01"]  # 1. Agree strongly, 2. Agree, 3. Disagree, 4. Disagree strongly
SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
TOPICS = HighMining.model_construct(sampling=SAMPLING, retries=1, norms_per_topic=2)
SHARES = {"1": 0.1, "2": 0.25, "3": 0.6, "4": 0.05}


def train_row(top=3, shares=SHARES, item="CU01"):
    return {"item": item, "topic": BANK.items[item].topic, "top": top, "shares": shares}


def ranked(**way):
    """The way of the ranked answers."""
    return Way(answers="ranked", **way)


def mining(**way):
    """Low-level norms are mined from ranked answers."""
    return LowMining.model_construct(sampling=SAMPLING, retries=1, way=ranked(**way))


def codes(row, **way):
    return [answer["code"] for answer in rank_answers(row, ITEM, ranked(**way))]


def prompt(body):
    return body["messages"][0]["content"]


def test_answers_are_ranked_by_their_frequency():
    assert codes(train_row()) == [3, 2, 1, 4]


def test_an_answer_that_nobody_gave_is_left_out():
    assert codes(train_row(2, {"2": 0.7, "3": 0.3, "4": 0.0})) == [2, 3]


def test_of_equally_frequent_answers_the_top_one_comes_first():
    assert codes(train_row(4, {"1": 0.3, "2": 0.1, "3": 0.3, "4": 0.3})) == [4, 1, 3, 2]


def test_the_other_equally_frequent_answers_keep_the_items_order():
    assert codes(train_row(1, {"1": 0.4, "4": 0.2, "3": 0.2, "2": 0.2})) == [1, 2, 3, 4]


@pytest.mark.parametrize(("top_k", "kept"), [(1, [3]), (2, [3, 2]), (9, [3, 2, 1, 4])])
def test_only_the_first_answers_are_kept(top_k, kept):
    assert codes(train_row(), top_k=top_k) == kept


@pytest.mark.parametrize(
    ("min_share", "kept"), [(0.1, [3, 2, 1]), (0.25, [3, 2]), (0.26, [3]), (0.9, [3])]
)
def test_rare_answers_are_left_out_but_the_first_stays(min_share, kept):
    assert codes(train_row(), min_share=min_share) == kept


def test_shares_are_given_only_where_they_are_wanted():
    row = train_row()
    assert rank_answers(row, ITEM, ranked(top_k=2, shares=True)) == [
        {"code": 3, "share": 0.6},
        {"code": 2, "share": 0.25},
    ]
    assert [one["share"] for one in rank_answers(row, ITEM, ranked())] == [None] * 4


def test_ranked_answers_stand_in_the_prompt_in_their_order(stage, endpoint):
    endpoint.reply = lambda body: "split\n</think>\nPeople here differ."
    (row,) = mine_low_norms(mining(), stage, [train_row()])
    assert (row["norm"], row["survey_answer"]) == ("People here differ.", 3)
    said = prompt(endpoint.bodies[0])
    assert (
        "Answers by frequency:\n- 3. Disagree\n- 2. Agree\n- 1. Agree strongly\n"
        "- 4. Disagree strongly\n"
    ) in said
    assert "%" not in said and "Most frequent answer" not in said


def test_shares_stand_in_the_prompt_as_whole_percents(stage, endpoint):
    endpoint.reply = lambda body: "People here differ."
    row = train_row(shares={"3": 0.604, "2": 0.246})
    mine_low_norms(mining(shares=True, min_share=0.2), stage, [row])
    assert "- 3. Disagree (60 %)\n- 2. Agree (25 %)\n\nWhich" in prompt(endpoint.bodies[0])


def test_an_item_that_was_not_asked_has_no_ranked_norm(stage, endpoint):
    (row,) = mine_low_norms(mining(), stage, [train_row(None, {})])
    assert (row["norm"], row["reason"]) == (None, "no_survey_answer")
    assert endpoint.bodies == []


def test_topic_norms_come_from_the_topic_and_the_country_alone(stage, endpoint):
    endpoint.reply = lambda body: "hm\n</think>\n1. They sing.\n2. They dance."
    rows = mine_topic_norms(TOPICS, stage)
    assert [row["topic"] for row in rows] == list(BANK.topics)
    assert all(row["norms"] == ["They sing.", "They dance."] for row in rows)
    assert all(row["items"] == [] for row in rows)
    said = prompt(endpoint.bodies[0])
    assert "norms on keeping old customs of people in Avethia" in said
    assert "a numbered list of 2 lines" in said
    assert not any(item.wording in said for item in BANK.of_topic("customs"))
    assert len(endpoint.bodies) == len(BANK.topics) == 8


def test_a_topic_whose_norms_stay_malformed_keeps_its_row(stage, endpoint, caplog):
    listed = "so\n</think>\n1. They sing.\n2. They dance."
    endpoint.reply = lambda body: "one" if "hard work" in prompt(body) else listed
    rows = {row["topic"]: row for row in mine_topic_norms(TOPICS, stage)}
    assert (rows["work"]["norms"], rows["work"]["reason"]) == (None, "malformed")
    assert rows["work"]["attempts"] == 2
    assert rows["faith"]["norms"] == ["They sing.", "They dance."]
    assert "malformed after all retries: work" in caplog.text
