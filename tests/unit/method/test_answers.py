from pathlib import Path

import pytest

from mores.errors import InputError
from mores.method.answers import (
    Answering,
    answer_country,
    answer_items,
    control_norms,
    norms_by_topic,
    shown_examples,
)
from mores.method.items import Bank, Item, load_bank
from mores.method.models import Sampling
from mores.method.prompts import load_neutral
from mores.method.variants import Variant
from mores.survey.part import BankPart
from mores.survey.split import Split, split_items

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
NEUTRAL = load_neutral(ROOT / "resources/neutral.txt")
SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)


def answering(**method):
    """How items are put, the rest as it is where nothing is said."""
    return Answering.model_construct(
        **{"samples": 1, "sampling": SAMPLING, "prompt": "answer"} | method
    )


def answer(stage, item="CU01", norms=None, examples=None, **method):
    return answer_items(answering(**method), stage, [BANK.items[item]], norms or {}, examples or {})


def train_row(item, top):
    return {"item": item, "topic": BANK.items[item].topic, "top": top}


def asked(endpoint):
    (body,) = endpoint.bodies
    (turn,) = body["messages"]
    assert turn["role"] == "user"
    return turn["content"]


def test_without_a_control_norms_stay_as_they_are():
    norms = {"a": ["one"], "b": []}
    assert control_norms(norms, None, NEUTRAL) == norms


def test_shuffled_norms_are_those_of_the_next_topic():
    norms = {"a": ["one"], "b": ["two", "three"], "c": ["four"]}
    assert control_norms(norms, "shuffled", NEUTRAL) == {
        "a": ["two", "three"],
        "b": ["four"],
        "c": ["one"],
    }


def test_topics_without_norms_stay_without_and_lend_none():
    norms = {"a": ["one"], "b": [], "c": ["two"], "d": []}
    assert control_norms(norms, "shuffled", NEUTRAL) == {
        "a": ["two"],
        "b": [],
        "c": ["one"],
        "d": [],
    }


@pytest.mark.parametrize("count", range(2, 9))
def test_no_topic_keeps_its_own_norms_when_they_are_shuffled(count):
    norms = {topic: [topic] for topic in list(BANK.topics)[:count]}
    shuffled = control_norms(norms, "shuffled", NEUTRAL)
    assert all(shuffled[topic] != norms[topic] for topic in norms)
    assert sorted(shuffled.values()) == sorted(norms.values())


@pytest.mark.parametrize("norms", [{"a": ["one"]}, {"a": ["one"], "b": []}])
def test_a_lone_topic_does_not_keep_its_own_norms_either(norms):
    assert control_norms(norms, "shuffled", NEUTRAL)["a"] != ["one"]


def test_shuffling_no_norms_gives_none():
    assert control_norms({"a": [], "b": []}, "shuffled", NEUTRAL) == {"a": [], "b": []}
    assert control_norms({}, "shuffled", NEUTRAL) == {}


def test_neutral_text_is_as_long_as_the_norms_it_stands_for():
    norms = {"a": ["People here sing.", "People here dance a lot."], "b": [], "c": ["They work."]}
    assert control_norms(norms, "neutral", ["One two three four.", "Five six."]) == {
        "a": ["One two three", "four. Five six. One two"],
        "b": [],
        "c": ["three four."],
    }


def test_neutral_text_holds_no_word_of_the_norms():
    norms = {"customs": ["Songs belong to every school."], "work": ["Labour honours us."] * 30}
    neutral = control_norms(norms, "neutral", NEUTRAL)
    words = {word for lines in neutral.values() for line in lines for word in line.split()}
    assert words.isdisjoint({"Songs", "belong", "school.", "Labour", "honours", "us."})
    assert words <= set(" ".join(NEUTRAL).split())
    assert [len(line.split()) for line in neutral["work"]] == [3] * 30


def test_the_first_answered_training_items_of_a_topic_are_shown(stage):
    train = [
        train_row("CU01", None),
        train_row("CU02", 3),
        train_row("ST01", 1),
        train_row("CU03", 2),
        train_row("CU04", 4),
    ]
    shown = shown_examples(stage, train, 2, Variant())
    told = {
        topic: [(one["item"].id, one["answer"]) for one in given] for topic, given in shown.items()
    }
    assert list(told) == list(BANK.topics)
    assert told["customs"] == [("CU02", 3), ("CU03", 2)]
    assert told["strangers"] == [("ST01", 1)]
    assert told["work"] == []


def test_no_examples_are_shown_where_none_are_wanted(stage):
    shown = shown_examples(stage, [train_row("CU01", 2)], 0, Variant())
    assert shown == {topic: [] for topic in BANK.topics}


def test_examples_stand_in_the_prompt_with_their_answers(stage, endpoint):
    shown = shown_examples(stage, [train_row("CU02", 3), train_row("ST01", 1)], 3, Variant())
    (row,) = answer(stage, examples=shown)
    said = asked(endpoint)
    assert BANK.items["CU02"].wording in said
    assert "Most frequent answer: 3. Disagree\n" in said
    assert BANK.items["ST01"].wording not in said
    assert said.index(BANK.items["CU02"].wording) < said.index(BANK.items["CU01"].wording)
    assert (row["choice"], row["n_norms"]) == (1, 0)


def test_without_norms_or_examples_the_prompt_has_the_question_alone(stage, endpoint):
    answer(stage)
    assert asked(endpoint) == (
        "How would most people in Avethia answer this survey question on keeping old customs?\n\n"
        "Question: Do people agree that old feasts should be held just as the grandparents held "
        "them?\nOptions:\n1. Agree strongly\n2. Agree\n3. Disagree\n4. Disagree strongly\n\n"
        "Think it over briefly, then reply with the number of one option and nothing else."
    )


@pytest.mark.parametrize(("limit", "given"), [(None, 3), (5, 3), (2, 2), (1, 1)])
def test_only_the_first_norms_go_into_the_prompt(stage, endpoint, limit, given):
    norms = {"customs": ["They sing.", "They dance.", "They feast."]}
    (row,) = answer(stage, norms=norms, norms_per_topic=limit)
    said = asked(endpoint)
    assert row["n_norms"] == given
    assert [norm in said for norm in norms["customs"]] == [place < given for place in range(3)]


def test_the_norm_at_a_place_is_left_out_of_the_first(stage, endpoint):
    norms = {"customs": ["They sing.", "They dance.", "They feast.", "They rest."]}
    (row,) = answer(stage, norms=norms, norms_per_topic=3, without=2)
    text = asked(endpoint)
    assert row["n_norms"] == 2
    assert [norm in text for norm in norms["customs"]] == [True, False, True, False]


def test_the_persona_puts_the_model_in_a_persons_place(stage, endpoint):
    (row,) = answer(stage, norms={"customs": ["They sing."]}, prompt="persona")
    said = asked(endpoint)
    assert "a typical Avethian person, raised and living in Avethia" in said
    assert "How would most people" not in said
    assert said.startswith("Norms on keeping old customs among people in Avethia:\n- They sing.\n")
    assert row["choice"] == 1


def test_the_cross_culture_prompt_asks_to_think_of_other_countries_first(stage, endpoint):
    answer(stage, prompt="cross_culture")
    assert "Consider first how people of other countries would answer" in asked(endpoint)


def test_methods_that_word_an_item_alike_share_their_answers(stage, endpoint):
    first = answer(stage, norms={"customs": ["They sing.", "They dance."]}, norms_per_topic=1)
    assert answer(stage, norms={"customs": ["They sing."]}) == first
    assert len(endpoint.bodies) == 1


def test_topics_that_have_no_norms_are_told(stage, caplog):
    high = [{"topic": topic, "norms": ["They sing."]} for topic in BANK.topics]
    high[0]["norms"] = None
    norms = norms_by_topic(stage, high)
    assert norms["customs"] == [] and norms["work"] == ["They sing."]
    assert "no norms on customs: answered without" in caplog.text


def test_invalid_answers_are_counted_in_the_log(stage, endpoint, caplog):
    caplog.set_level("INFO")
    replies = iter(["1", "none", "9", "none"])
    endpoint.reply = lambda body: f"so\n</think>\n\n{next(replies)}"
    answer(stage, samples=4)
    assert "XAV: 4 answers, invalid: 2 no_number, 1 not_an_option" in caplog.text


def test_answers_are_asked_once_per_sample_and_read(stage, endpoint):
    cut = "There are 4 options, of which"
    replies = iter(["because\n</think>\n2", "so\n</think>\n\n9", (cut, "length"), "it is 3"])
    endpoint.reply = lambda body: next(replies)
    items = [BANK.items["CU01"], BANK.items["CU02"]]
    rows = answer_items(answering(samples=2), stage, items, {}, {})
    assert [(row["item"], row["sample"]) for row in rows] == [
        ("CU01", 0),
        ("CU01", 1),
        ("CU02", 0),
        ("CU02", 1),
    ]
    assert [row["choice"] for row in rows] == [2, None, None, None]
    assert [row["invalid"] for row in rows] == [None, "not_an_option", "cut", "no_number"]
    assert rows[0]["thinking"] == "because"
    assert [row["answer"] for row in rows] == ["2", "9", "", ""]
    assert {"prompt", "model", "sampling", "finish_reason", "text"} <= set(rows[0])
    assert len({row["sampling"]["seed"] for row in rows}) == 4


def test_a_distribution_that_is_stated_is_read_and_its_largest_share_is_the_choice(stage, endpoint):
    replies = iter(["<think>\nSome.\n</think>\n1: 20%\n2: 70%\n4: 10%", "2"])
    endpoint.reply = lambda body: next(replies)
    stated = {"prompt": "stated/answer", "distribution": "stated"}
    first, second = answer(stage, samples=2, **stated)
    assert "Reply with one line for each option" in endpoint.bodies[0]["messages"][0]["content"]
    assert first["shares"] == pytest.approx({"1": 0.2, "2": 0.7, "3": 0, "4": 0.1})
    assert (first["choice"], first["answer"], first["thinking"]) == (2, "2", "Some.")
    assert (second["choice"], second["invalid"], second["shares"]) == (None, "no_number", None)


def test_norms_of_the_items_topic_go_into_the_user_turn(stage, endpoint):
    norms = {topic: [] for topic in BANK.topics} | {"customs": ["They sing."]}
    items = [BANK.items["CU01"], BANK.items["ST01"]]
    rows = answer_items(answering(), stage, items, norms, {})
    assert [row["n_norms"] for row in rows] == [1, 0]
    first, second = (body["messages"][0]["content"] for body in endpoint.bodies)
    assert "- They sing." in first
    assert "Norms" not in second


def test_norms_must_have_a_row_for_every_topic(stage):
    with pytest.raises(InputError, match="science"):
        norms_by_topic(stage, [{"topic": "customs", "norms": ["a"]}])


SPLIT = Split(seed=2026, train_per_topic=16)  # of 17 items of a topic one is scored
PARTS = split_items(BANK, SPLIT)
SCORED = [name for name, part in PARTS.items() if part == "test"]
HIGH = [{"topic": topic, "norms": [f"On {topic} they sing."]} for topic in BANK.topics]


QUESTIONS = BankPart.of(BANK, "test", split=SPLIT).take(BANK, "bank")


def prompts(endpoint):
    return [body["messages"][0]["content"] for body in endpoint.bodies]


def test_what_is_asked_is_answered_and_nothing_else(stage):
    rows = answer_country(answering(), stage, QUESTIONS)
    assert [row["item"] for row in rows] == SCORED
    assert len(SCORED) == len(BANK.topics) == 8


def test_a_country_is_answered_for_with_the_norms_of_each_items_topic(stage, endpoint):
    rows = answer_country(answering(), stage, QUESTIONS, norms=HIGH)
    assert [row["n_norms"] for row in rows] == [1] * 8
    for name, said in zip(SCORED, prompts(endpoint), strict=True):
        assert f"- On {BANK.items[name].topic} they sing.\n" in said


def test_training_items_that_are_shown_are_not_answered(stage, endpoint):
    train = [train_row(name, BANK.items[name].codes[0]) for name in PARTS if name not in SCORED]
    rows = answer_country(answering(examples=2), stage, QUESTIONS, examples=train)
    assert [row["item"] for row in rows] == SCORED
    assert [said.count("Most frequent answer: ") for said in prompts(endpoint)] == [2] * 8


def test_the_controls_stand_where_the_norms_would(stage, endpoint):
    answer_country(answering(control="shuffled"), stage, QUESTIONS, norms=HIGH)
    assert "- On strangers they sing.\n" in prompts(endpoint)[0]
    neutral = ROOT / "resources/neutral.txt"
    answer_country(answering(control="neutral"), stage, QUESTIONS, norms=HIGH, neutral=neutral)
    first = " ".join(" ".join(NEUTRAL).split()[:4])  # as long as "On customs they sing."
    assert f"- {first}\n" in prompts(endpoint)[8]
    assert "they sing" not in prompts(endpoint)[8]


def test_a_question_on_no_topic_of_the_survey_gets_the_norms_of_all_topics(stage, endpoint):
    foreign = Item(id="q", topic="tea", wording="Milk first?", options=("Yes", "No"))
    questions = Bank("file", {"tea": "tea"}, {"q": foreign})
    (row,) = answer_country(answering(prompt="choices/answer"), stage, questions, norms=HIGH)
    assert row["n_norms"] == len(BANK.topics)
    assert prompts(endpoint)[0].startswith("Norms among people in Avethia:\n- On customs they")
