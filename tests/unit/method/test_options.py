import json
import math
from types import MappingProxyType

import pytest

from mores.errors import InputError
from mores.method.answers import Answering, answer_items
from mores.method.models import Sampling
from mores.method.options import Place

SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
SPEC = Answering.model_construct(
    samples=1, sampling=SAMPLING, prompt="answer", distribution="options"
)
REPLY = "against\n</think>\n\n"


def likely(chances: dict[str, float]) -> bytes:
    """A completion of one token as vLLM tells it, with the chances of its likeliest tokens."""
    told = {token: math.log(chance) for token, chance in chances.items()}
    choice = {"text": "?", "finish_reason": "length", "logprobs": {"top_logprobs": [told]}}
    return json.dumps({"choices": [choice]}).encode()


def play(endpoint, answer, chances) -> None:
    """Answer questions so; where a reply goes on with a text, these are the chances there."""

    def reply(body):
        if "prompt" not in body:
            return REPLY + answer
        begun = body["prompt"].rpartition(REPLY)[2]
        return likely(chances[begun])

    endpoint.reply = reply


def row(stage, item, spec=SPEC):
    (found,) = answer_items(spec, stage, [stage.item(item)], {}, {})
    return found


def test_the_options_chances_are_read_where_the_answer_stands_and_scaled_to_one(stage, endpoint):
    play(endpoint, "2", {"": {"2": 0.4, "4": 0.2, " 1": 0.2, "Hm": 0.1}})
    found = row(stage, "CU01")
    assert (found["choice"], found["answer"]) == (2, "2")
    assert found["shares"] == pytest.approx({"1": 0.25, "2": 0.5, "3": 0, "4": 0.25})
    asked = endpoint.bodies[-1]
    assert asked["structured_outputs"] == {"choice": ["1", "2", "3", "4"]}
    assert asked["prompt"].endswith("<|assistant|>\n<think>\n" + REPLY)
    assert (asked["max_tokens"], asked["temperature"], asked["logprobs"]) == (1, 0, 20)


@pytest.mark.parametrize(
    ("answer", "before"),
    [
        ("Option 3.", "Option "),
        ("**3**", "**"),
        ("3. Some 3 of 4 agree.", ""),
        ("Not 4. The answer is 3.", "Not 4. The answer is "),
        ("I would choose option 3, since option 3 fits.", "I would choose option "),
        ("Of 3 or 4 options: the answer is 3.", "Of 3 or 4 options: the answer is "),
    ],
)
def test_the_place_is_where_the_answer_names_its_option(stage, endpoint, answer, before):
    play(endpoint, answer, {before: {"3": 1.0}})
    assert row(stage, "CU01")["shares"]["3"] == 1


def test_an_option_in_the_thinking_alone_is_no_place(stage, endpoint):
    endpoint.reply = lambda body: "so 3\n</think>\n\n03"
    found = row(stage, "CU01")
    assert (found["choice"], found["shares"], len(endpoint.bodies)) == (3, None, 1)


def test_a_label_of_several_tokens_is_followed_to_its_end(stage, endpoint):
    scale = next(one.id for one in stage.bank.items.values() if one.codes == tuple(range(1, 11)))
    play(endpoint, "7", {"": {"1": 0.6, "7": 0.4}, "1": {"0": 0.25, "\n": 0.7}})
    found = row(stage, scale)["shares"]
    assert found["10"] == pytest.approx(0.15)
    assert found["1"] == pytest.approx(0.45)
    assert found["7"] == pytest.approx(0.4)


def test_a_label_that_is_one_token_beside_its_beginning_has_both_ways_to_it():
    place = Place((), "", ("1", "10", "2"))
    place.follow("", {"10": math.log(0.25), "1": math.log(0.5), "2": math.log(0.25)})
    assert (place.open, place.shares) == ({"1": 0.5}, {"10": 0.25, "2": 0.25})
    place.follow("1", {"0": math.log(0.5), " 0": math.log(0.25)})
    assert place.open == {}
    assert place.shares == pytest.approx({"10": 0.5, "1": 0.25, "2": 0.25})


def test_chances_come_back_in_the_survey_s_own_codes(stage, endpoint):
    play(endpoint, "B", {"": {"A": 0.75, "B": 0.25}})
    turned = SPEC.model_copy(update={"order": "reversed", "labels": "letters"})
    found = row(stage, "CU01", turned)
    assert found["choice"] == 3
    assert found["shares"] == pytest.approx({"4": 0.75, "3": 0.25, "2": 0, "1": 0})


@pytest.mark.parametrize("answer", ["no idea", "I cannot answer that.", "7"])
def test_an_invalid_answer_is_asked_for_no_chances(stage, endpoint, answer):
    play(endpoint, answer, MappingProxyType({}))
    found = row(stage, "CU01")
    assert found["choice"] is None and found["shares"] is None
    assert len(endpoint.bodies) == 1


def test_where_no_option_is_likely_there_are_no_shares(stage, endpoint):
    play(endpoint, "2", {"": {"Hm": 0.9}})
    assert row(stage, "CU01")["shares"] is None


def test_a_server_that_tells_no_chances_is_told_of(stage, endpoint):
    endpoint.reply = lambda body: (
        b'{"choices": [{"text": "2", "finish_reason": "length"}]}'
        if "prompt" in body
        else REPLY + "2"
    )
    with pytest.raises(InputError, match="needs a server that tells logprobs"):
        row(stage, "CU01")


def test_what_was_told_is_kept_and_not_asked_again(stage, endpoint):
    play(endpoint, "2", {"": {"2": 0.5, "3": 0.5}})
    first = row(stage, "CU01")
    asked = len(endpoint.bodies)
    assert row(stage, "CU01") == first
    assert len(endpoint.bodies) == asked
