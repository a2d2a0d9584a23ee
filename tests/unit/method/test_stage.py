from dataclasses import replace

from mores.canonical import digest
from mores.engine.models import Adapter
from mores.method.requests import Completion, Request

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
