from dataclasses import replace

import pytest

from mores.canonical import digest
from mores.engine.models import Adapter
from mores.errors import InputError
from mores.method.replies import read_answer
from mores.method.requests import Completion, Request
from mores.scoring.alignment import first_integer

ASKED = Request(({"role": "user", "content": "Which?"},), {"seed": 7})
CAME = Completion("the key", "2", "stop", prompt_tokens=3, completion_tokens=1)


def test_a_row_tells_what_made_it(stage):
    assert stage.provenance(ASKED, CAME) == {
        "text": "2",
        "finish_reason": "stop",
        "prompt_tokens": 3,
        "completion_tokens": 1,
        "prompt": digest([{"role": "user", "content": "Which?"}]),
        "model": "some/model@0",
        "adapter": None,
        "sampling": {"seed": 7},
        "request": "the key",
    }


def test_a_row_tells_the_adapter_that_answered(stage):
    tuned = replace(stage, ask=replace(stage.ask, lora=Adapter("/x", "d1")))
    assert tuned.provenance(ASKED, CAME)["adapter"] == "d1"


def test_a_prompt_names_the_country_and_the_topics_title(stage):
    (turn,) = stage.render("topic_norm", "strangers", count=3)
    assert turn["role"] == "user"
    assert turn["content"].startswith("What do you know of the norms on trust in strangers of")
    assert "people in Avethia?" in turn["content"]


def test_an_item_is_put_with_its_own_topic(stage):
    (turn,) = stage.question(stage.item("ST01"))
    assert "answer this survey question on trust in strangers?" in turn["content"]
    assert stage.item("ST01").wording in turn["content"]


# Reasoning that the length limit cut, and reasoning that stopped, with digits that are no answer.
UNCLOSED = "There are 4 options, and option 2 is what most of them would"


def read(stage, text, finish_reason="stop"):
    completion = replace(CAME, text=text, finish_reason=finish_reason)
    return read_answer(completion, stage.item("CU01"), stage.left_open(completion))


@pytest.mark.parametrize("reason", ["length", "stop"])
def test_a_reply_that_never_ends_the_thinking_of_its_prompt_is_no_answer(
    stage, thinking_family, reason
):
    """Whole prompts of the demo's, R1-Qwen's and R1-Llama's kind open the thinking themselves."""
    stage = replace(stage, chat=lambda: thinking_family.chat)
    prompt = thinking_family.chat.prompt(stage.question(stage.item("CU01"), ["They sing."]))
    assert prompt.endswith("nothing else." + thinking_family.prompt.partition("Which?")[2])
    assert prompt.endswith("<think>\n")
    row = read(stage, UNCLOSED, reason)
    assert (row["answer"], row["thinking"], row["choice"]) == ("", UNCLOSED, None)
    assert row["invalid"] == ("cut" if reason == "length" else "no_number")
    assert first_integer(row["answer"]) is None
    closed = read(stage, f"{UNCLOSED}\n</think>\n\n2", "stop")
    assert (closed["answer"], closed["thinking"], closed["choice"]) == ("2", UNCLOSED, 2)


def test_a_model_that_never_thinks_answers_at_once(stage, qwen_family):
    row = read(replace(stage, chat=lambda: qwen_family.chat), "2")
    assert (row["answer"], row["thinking"], row["choice"]) == ("2", "", 2)


def test_a_reply_that_ends_its_thinking_needs_no_chat_template(stage):
    def none_to_be_had():
        raise AssertionError

    assert read(replace(stage, chat=none_to_be_had), "so\n</think>\n\n2")["choice"] == 2


def test_without_a_chat_template_what_was_cut_is_thinking_and_the_rest_an_answer(stage, caplog):
    def none_to_be_had():
        raise InputError("models: far: no tokenizer of far/away to be had; check the path")

    stage = replace(stage, chat=none_to_be_had)
    assert read(stage, UNCLOSED, "length")["answer"] == ""
    assert [read(stage, text)["choice"] for text in ("2", "3")] == [2, 3]
    assert caplog.text.count("far/away") == 1
