"""What is preferred to what, and what the loss of a pair covers."""

import math

import pytest
import torch

from mores.errors import InputError
from mores.method.objectives import dpo
from mores.method.objectives.common import dataset

PAIR = {"prompt_ids": [5, 6], "chosen_ids": [7, 1], "rejected_ids": [8, 9, 1]}


@pytest.fixture
def pairs_of(wording):
    def tell(traces, rejected):
        return [
            (row["item"], row["chosen"], row["rejected"], row["rejected_from"])
            for row in dpo.examples(wording, traces=traces, rejected=rejected)
        ]

    return tell


def test_it_learns_from_traces_and_the_tuned_models_own():
    settings = dpo.Settings(objective="dpo", start="cnca_sft")
    assert settings.sources == ("traces", "rejected")
    assert (settings.start, settings.starts_from) == ("cnca_sft", "sft")


def test_a_right_trace_is_set_against_the_tuned_models_own_wrong_one(trace, pairs_of):
    traces = [trace("CU01", "right", "yes"), trace("CU01", "wrong", "norm no")]
    assert pairs_of(traces, [trace("CU01", "wrong", "own no")]) == [
        ("CU01", "yes", "own no", "tuned")
    ]


def test_an_item_the_tuned_model_gets_right_falls_back_on_distilled_wrong_traces(trace, pairs_of):
    traces = [trace("CU01", "right", "yes"), trace("CU01", "wrong", "norm no")]
    assert pairs_of(traces, [trace("CU01", "right", "own yes")]) == [
        ("CU01", "yes", "norm no", "distilled")
    ]


def test_an_item_without_a_wrong_trace_has_no_pair(trace, no_norm, pairs_of):
    traces = [trace("CU01", "right", "yes"), trace("CU01", "cut", "half"), no_norm("CU02")]
    assert pairs_of(traces, [trace("CU01", "refused", "no")]) == []


def test_an_item_without_a_right_trace_has_no_pair(trace, pairs_of):
    assert pairs_of([trace("CU01", "wrong", "no")], [trace("CU01", "wrong", "own no")]) == []


def test_duplicates_make_no_pairs(trace, pairs_of):
    traces = [trace("CU01", "right", "yes"), trace("CU01", "duplicate", "yes")]
    rejected = [trace("CU01", "wrong", "no"), trace("CU01", "duplicate", "no")]
    assert pairs_of(traces, rejected) == [("CU01", "yes", "no", "tuned")]


def test_every_right_trace_gets_a_pair_and_wrong_ones_serve_in_turn(trace, pairs_of):
    traces = [trace("CU01", "right", text) for text in ("a", "b", "c")]
    rejected = [trace("CU01", "wrong", text) for text in ("x", "y")]
    assert pairs_of(traces, rejected) == [
        ("CU01", "a", "x", "tuned"),
        ("CU01", "b", "y", "tuned"),
        ("CU01", "c", "x", "tuned"),
    ]


def test_wrong_traces_of_another_item_are_not_borrowed(trace, pairs_of):
    traces = [trace("CU01", "right", "yes"), trace("CU02", "wrong", "other")]
    assert pairs_of(traces, [trace("CU02", "wrong", "own other")]) == []


def test_the_prompt_of_a_pair_holds_no_norm(wording, trace):
    traces, rejected = [trace("CU01", "right", "yes")], [trace("CU01", "wrong", "no", None)]
    (row,) = dpo.examples(wording, traces=traces, rejected=rejected)
    assert "Norms" not in row["prompt"] and row["country"] == "XAV"


def test_fall_backs_and_items_without_a_pair_are_counted_in_the_log(wording, trace, caplog):
    caplog.set_level("INFO")
    traces = [
        trace("CU01", "right", "a"),
        trace("CU01", "right", "b"),
        trace("CU02", "right", "c"),
        trace("CU02", "wrong", "d"),
        trace("ST01", "right", "e"),
    ]
    dpo.examples(wording, traces=traces, rejected=[trace("CU01", "wrong", "f")])
    assert [record.getMessage() for record in caplog.records] == [
        "XAV: 3 pairs of 2 items",
        "XAV: 1 item(s) fall back on distilled traces: CU02",
        "XAV: 1 item(s) have no wrong trace and no pair: ST01",
    ]


def test_both_replies_of_a_pair_follow_one_prompt_and_end(family):
    pair = {"prompt": "Which?", "chosen": "so\n</think>\n\n2", "rejected": "no\n</think>\n\n3"}
    row = dpo.row(family.chat, pair)
    assert family.text(row["prompt_ids"]) == family.prompt
    assert family.text(row["chosen_ids"]) == pair["chosen"] + family.end
    assert family.text(row["rejected_ids"]) == pair["rejected"] + family.end
    assert row["chosen_ids"][-1] == row["rejected_ids"][-1] == family.end_id


def test_a_pair_begins_with_one_bos(r1_family):
    bos = r1_family.chat.tokenizer.bos_token_id
    pair = dpo.row(r1_family.chat, {"prompt": "Which?", "chosen": "2", "rejected": "3"})
    assert (pair["prompt_ids"][0], pair["prompt_ids"].count(bos)) == (bos, 1)
    assert bos not in pair["chosen_ids"] + pair["rejected_ids"]


def test_a_pair_as_long_as_the_context_is_kept(network_of):
    assert len(dataset([PAIR], dpo._length, network_of(5))) == 1


@pytest.mark.parametrize("longer", ["chosen_ids", "rejected_ids"])
def test_the_longer_reply_of_a_pair_counts(network_of, longer):
    pair = {"prompt_ids": [5, 6], "chosen_ids": [1], "rejected_ids": [1]} | {longer: [7, 8, 1]}
    with pytest.raises(InputError, match="the longest has 5 tokens, the model's context holds 4"):
        dataset([pair], dpo._length, network_of(4))


@pytest.mark.parametrize(
    ("dtype", "loss", "good"),
    [
        # Where the policy is its own reference, the loss is -log sigmoid 0 = ln 2 = 0.6931.
        (torch.float32, math.log(2), True),
        (torch.float32, 0.6951, False),
        (torch.float32, 0.55, False),
        (torch.bfloat16, 0.71, True),
        (torch.float16, 0.71, True),
        (torch.bfloat16, 0.75, False),
    ],
)
def test_a_first_loss_other_than_ln_2_is_told(network_of, dtype, loss, good):
    history, network = [{"loss": loss}, {"loss": 0.1}], network_of(8).to(dtype)
    if good:
        dpo.check(history, network)
        return
    with pytest.raises(RuntimeError, match=f"DPO began with a loss of {loss:.4f}, not ln 2"):
        dpo.check(history, network)
