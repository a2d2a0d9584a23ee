from pathlib import Path

from mores.method.items import load_bank
from mores.method.models import Sampling
from mores.method.norms import HighMining, LowMining, Way, mine_high_norms, mine_low_norms

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
LOW = LowMining.model_construct(sampling=SAMPLING, retries=2, way=Way(answers="top"))
HIGH = HighMining.model_construct(sampling=SAMPLING, retries=2, norms_per_topic=2)


def train_row(item="CU01", top=2):
    return {"item": item, "topic": BANK.items[item].topic, "top": top}


def low_row(item, norm):
    return {"item": item, "topic": BANK.items[item].topic, "norm": norm}


def prompt(body):
    return body["messages"][0]["content"]


def test_a_low_level_norm_comes_from_the_item_and_its_most_frequent_answer(stage, endpoint):
    endpoint.reply = lambda body: "they agree\n</think>\nPeople here agree."
    (row,) = mine_low_norms(LOW, stage, [train_row()])
    assert row["norm"] == "People here agree."
    assert row["thinking"] == "they agree"
    assert (row["item"], row["survey_answer"], row["attempts"]) == ("CU01", 2, 1)
    assert "Most frequent answer: 2. Agree" in prompt(endpoint.bodies[0])


def test_malformed_output_is_asked_again_with_a_new_seed(stage, endpoint):
    replies = iter(["two\nlines", "so\n</think>\nPeople here agree."])
    endpoint.reply = lambda body: next(replies)
    (row,) = mine_low_norms(LOW, stage, [train_row()])
    assert (row["norm"], row["attempts"], row["reason"]) == ("People here agree.", 2, None)
    assert len({body["seed"] for body in endpoint.bodies}) == 2


def test_what_stays_malformed_is_counted_and_never_invented(stage, endpoint, caplog):
    endpoint.reply = lambda body: "so\n</think>\ntwo\nlines"
    (row,) = mine_low_norms(LOW, stage, [train_row()])
    assert (row["norm"], row["attempts"], row["reason"]) == (None, 3, "malformed")
    assert row["text"].endswith("two\nlines")
    assert "malformed after all retries: CU01" in caplog.text


def test_a_norm_cut_by_the_length_limit_is_malformed(stage, endpoint):
    endpoint.reply = lambda body: ("People here agr", "length")
    (row,) = mine_low_norms(LOW, stage, [train_row()])
    assert (row["norm"], row["finish_reason"]) == (None, "length")


def test_an_item_the_country_was_not_asked_keeps_its_row(stage, endpoint):
    rows = mine_low_norms(LOW, stage, [train_row(top=None), train_row("CU02", 1)])
    assert [row["item"] for row in rows] == ["CU01", "CU02"]
    assert (rows[0]["norm"], rows[0]["reason"]) == (None, "no_survey_answer")
    assert len(endpoint.bodies) == 1


def test_high_level_norms_come_from_the_topics_low_level_norms(stage, endpoint):
    endpoint.reply = lambda body: "so\n</think>\n1. They sing.\n2. They dance."
    low = [low_row("CU01", "A"), low_row("CU02", None), low_row("ST01", "B")]
    rows = {row["topic"]: row for row in mine_high_norms(HIGH, stage, low)}
    assert list(rows) == list(BANK.topics)
    assert rows["customs"]["norms"] == ["They sing.", "They dance."]
    assert rows["customs"]["items"] == ["CU01"]
    assert (rows["work"]["norms"], rows["work"]["reason"]) == (None, "no_low_norms")
    assert len(endpoint.bodies) == 2
