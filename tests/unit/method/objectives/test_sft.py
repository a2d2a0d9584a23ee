"""What supervised tuning learns from, and what its loss covers."""

import pytest

from mores.method.objectives import sft

ANSWERED = [{"item": "CU01", "top": 2}]


def parts(row):
    """The token ids of a row that the loss leaves out, and those that it covers."""
    on = sum(row["completion_mask"])
    assert row["completion_mask"] == [0] * (len(row["input_ids"]) - on) + [1] * on
    return row["input_ids"][:-on], row["input_ids"][-on:]


@pytest.mark.parametrize(("data", "source"), [("answers", "train"), ("traces", "traces")])
def test_it_learns_from_answers_or_from_traces(data, source):
    assert sft.Settings(objective="sft", data=data).sources == (source,)


def test_an_answered_item_teaches_its_most_frequent_answer(wording):
    (row,) = sft.examples(wording, train=[*ANSWERED, {"item": "CU02", "top": None}])
    assert (row["country"], row["item"], row["answer"]) == ("XAV", "CU01", "2")


def test_an_example_asks_as_a_method_without_norms_does(wording):
    (row,) = sft.examples(wording, train=ANSWERED)
    (turn,) = wording.question(wording.item("CU01"))
    assert row["prompt"] == turn["content"]
    assert "Avethia" in row["prompt"] and wording.item("CU01").wording in row["prompt"]


def test_a_trace_is_taught_without_the_norm_it_was_sampled_with(wording, trace):
    (row,) = sft.examples(wording, traces=[trace("CU01", "right", "so\n</think>\n\n2")])
    assert row["completion"] == "so\n</think>\n\n2"
    assert row["request"] == "key of so\n</think>\n\n2"
    assert "People here agree." not in row["prompt"] and "Norms" not in row["prompt"]
    assert row["prompt"] == sft.examples(wording, train=ANSWERED)[0]["prompt"]


@pytest.mark.parametrize("verdict", ["wrong", "duplicate", "cut", "refused", "ambiguous"])
def test_only_right_traces_are_taught(wording, trace, no_norm, verdict):
    traces = [trace("CU01", verdict, "a"), trace("CU01", "right", "b"), no_norm("CU02")]
    assert [row["completion"] for row in sft.examples(wording, traces=traces)] == ["b"]


def test_traces_of_which_none_is_right_teach_nothing(wording, trace):
    assert sft.examples(wording, traces=[trace("CU01", "wrong", "a")]) == []
    assert sft.examples(wording, traces=[]) == []


def test_the_loss_covers_the_completion_and_the_token_that_ends_it(family):
    completion = "they sing\n</think>\n\n2"
    row = sft.row(family.chat, {"prompt": "Which?", "completion": completion})
    prompt, reply = parts(row)
    assert family.text(prompt) == family.prompt
    assert family.text(reply) == completion + family.end
    assert reply[-1] == family.end_id == family.chat.tokenizer.eos_token_id
    assert row["input_ids"].count(family.end_id) == family.prompt.count(family.end) + 1


def test_thinking_that_a_server_gave_apart_is_opened_once_when_taught(thinking_family):
    # What read_completion makes of a reasoning parser's `reasoning_content`.
    completion = "<think>\nthey sing\n</think>\n2"
    row = sft.row(thinking_family.chat, {"prompt": "Which?", "completion": completion})
    assert thinking_family.text(row["input_ids"]).count("<think>") == 1


def test_a_bare_answer_follows_thinking_ended_at_once(family):
    prompt, reply = parts(sft.row(family.chat, {"prompt": "Which?", "answer": "2"}))
    assert family.text(prompt) == family.prompt
    assert family.text(reply) == family.unthinking + "2" + family.end


def test_a_sequence_begins_with_one_bos(r1_family):
    bos = r1_family.chat.tokenizer.bos_token_id
    taught = sft.row(r1_family.chat, {"prompt": "Which?", "completion": "2"})["input_ids"]
    assert (taught[0], taught.count(bos)) == (bos, 1)
