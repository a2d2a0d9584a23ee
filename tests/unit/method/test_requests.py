"""Requests, and what makes two of them the same (more of it in ../engine/test_generate.py)."""

from mores.engine.generate import Asker
from mores.engine.models import ModelRef
from mores.engine.settings import Engine, Model
from mores.method.requests import Request


def test_key_is_the_same_in_every_release():
    # A changed key would ask every journalled request again: change it knowingly.
    known = "5979e8de52bff79d51c962f3ccd351debc2f8858f07eda9459294782bb4b20f2"
    model = ModelRef("tiny", Model(path="someone/tiny", revision="abc"), "someone/tiny@abc")
    given = {"temperature": 0.6, "top_p": 0.95, "max_tokens": 8, "seed": 1}
    request = Request(({"role": "user", "content": "say a"},), given)
    asker = Asker(ref=model, engine=Engine(), journal="journal.jsonl", made_by={})
    assert asker.key(request) == known


def test_errors_tell_a_request_by_the_beginning_of_its_last_message():
    turns = ({"role": "user", "content": "first"}, {"role": "user", "content": "x" * 200})
    assert Request(turns, {}).beginning == repr("x" * 120)
