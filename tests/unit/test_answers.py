from pathlib import Path

import pytest

from mores.answers import answer_items, control_norms, norms_by_topic, shown_examples
from mores.items import load_bank
from mores.prompts import load_neutral

ROOT = Path(__file__).parents[2]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
NEUTRAL = load_neutral(ROOT / "resources/neutral.txt")
SAMPLING = {"temperature": 0.6, "top_p": 0.95, "max_tokens": 64, "seed": 0}
METHOD = {"norms_per_topic": None, "prompt": "answer", "thinking": "full"}


def answer(stage, item="CU01", norms=None, examples=None, **method):
    spec = {"samples": 1, "sampling": SAMPLING, "method": METHOD | method}
    return answer_items(stage, [BANK.items[item]], norms or {}, examples or {}, spec)


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
    shown = shown_examples(stage, train, 2)
    told = {
        topic: [(one["item"].id, one["answer"]) for one in given] for topic, given in shown.items()
    }
    assert list(told) == list(BANK.topics)
    assert told["customs"] == [("CU02", 3), ("CU03", 2)]
    assert told["strangers"] == [("ST01", 1)]
    assert told["work"] == []


def test_no_examples_are_shown_where_none_are_wanted(stage):
    shown = shown_examples(stage, [train_row("CU01", 2)], 0)
    assert shown == {topic: [] for topic in BANK.topics}


def test_examples_stand_in_the_prompt_with_their_answers(stage, endpoint):
    shown = shown_examples(stage, [train_row("CU02", 3), train_row("ST01", 1)], 3)
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
    norms = norms_by_topic(stage, high, "high.jsonl")
    assert norms["customs"] == [] and norms["work"] == ["They sing."]
    assert "high.jsonl: no norms on customs: answered without" in caplog.text


def test_invalid_answers_are_counted_in_the_log(stage, endpoint, caplog):
    caplog.set_level("INFO")
    replies = iter(["1", "none", "9", "none"])
    endpoint.reply = lambda body: next(replies)
    spec = {"samples": 4, "sampling": SAMPLING, "method": METHOD}
    answer_items(stage, [BANK.items["CU01"]], {}, {}, spec)
    assert "XAV: 4 answers, invalid: 2 no_number, 1 not_an_option" in caplog.text
