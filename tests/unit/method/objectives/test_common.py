from types import SimpleNamespace

import pytest
import torch
from pydantic import ValidationError

from mores.errors import InputError
from mores.method.objectives import dpo, sft
from mores.method.objectives.common import (
    IGNORED,
    Lora,
    check_batches,
    dataset,
    example_of,
    module_of,
)

ROW = {"input_ids": [5, 6, 7, 8], "completion_mask": [0, 0, 1, 1]}
PAIR = {"prompt_ids": [5, 6], "chosen_ids": [7, 1], "rejected_ids": [8, 9, 1]}
REPLY = [[7, 8]]  # of ROW, and of PAIR the next
REPLIES = [[7, 1], [8, 9, 1]]


def trainer(rows, batch):
    """What of a trainer `check_batches` looks at: `batch` makes a batch of one example."""
    return SimpleNamespace(train_dataset=rows, data_collator=lambda examples: batch(*examples))


def labelled(example, mask=None):
    mask = mask or example["completion_mask"]
    ids = [id if on else IGNORED for id, on in zip(example["input_ids"], mask, strict=True)]
    return {"input_ids": torch.tensor([example["input_ids"]]), "labels": torch.tensor([ids])}


def paired(example, of_prompt=0):
    """Chosen and rejected, padded with 0; `of_prompt` ones of the mask lie on the prompt."""
    replies = [example["chosen_ids"], example["rejected_ids"]]
    longest = max(map(len, replies))
    prompt = [0] * (2 - of_prompt) + [1] * of_prompt
    ids = [[*example["prompt_ids"], *one, *[0] * (longest - len(one))] for one in replies]
    masks = [[*prompt, *[1] * len(one), *[0] * (longest - len(one))] for one in replies]
    return {"input_ids": torch.tensor(ids), "completion_mask": torch.tensor(masks)}


def length(row):
    return len(row["input_ids"])


def test_rows_are_kept_as_they_are(network_of):
    rows = [ROW, {"input_ids": [1], "completion_mask": [1]}]
    assert list(dataset(rows, length, network_of(4))) == rows


def test_a_row_as_long_as_the_context_is_kept(network_of):
    assert len(dataset([ROW], length, network_of(4))) == 1


def test_a_row_longer_than_the_context_is_refused_and_never_cut(network_of):
    with pytest.raises(InputError) as error:
        dataset([{"input_ids": [1], "completion_mask": [1]}, ROW], length, network_of(3))
    assert "the longest has 4 tokens, the model's context holds 3" in str(error.value)
    assert "lower `traces: sampling: max_tokens`" in str(error.value)


def test_batches_whose_loss_covers_the_completions_pass():
    check_batches(trainer([ROW, ROW], labelled), [REPLY, REPLY], "labels")
    check_batches(trainer([PAIR], paired), [REPLIES])


def test_a_batch_whose_loss_covers_the_prompt_is_told():
    with pytest.raises(RuntimeError, match="the loss covers 4 tokens of a completion of 2"):
        check_batches(trainer([ROW], lambda row: labelled(row, [1, 1, 1, 1])), [REPLY], "labels")


def test_a_batch_whose_loss_leaves_out_the_end_is_told():
    with pytest.raises(RuntimeError, match="the loss covers 1 tokens of a completion of 2"):
        check_batches(trainer([ROW], lambda row: labelled(row, [0, 0, 1, 0])), [REPLY], "labels")


def test_a_batch_whose_loss_covers_as_many_other_tokens_is_told():
    with pytest.raises(RuntimeError, match="this version of TRL does not do what mores expects"):
        check_batches(trainer([ROW], lambda row: labelled(row, [0, 1, 1, 0])), [REPLY], "labels")


def test_a_pair_whose_loss_covers_the_prompt_is_told():
    with pytest.raises(RuntimeError, match="the loss covers 7 tokens of a completion of 5"):
        check_batches(trainer([PAIR], lambda pair: paired(pair, of_prompt=1)), [REPLIES])


def test_a_pair_whose_replies_are_exchanged_is_told():
    exchanged = PAIR | {"chosen_ids": PAIR["rejected_ids"], "rejected_ids": PAIR["chosen_ids"]}
    with pytest.raises(RuntimeError, match="this version of TRL"):
        check_batches(trainer([PAIR], lambda _: paired(exchanged)), [REPLIES])


@pytest.mark.parametrize(
    ("device_batch", "batch_size", "at_once", "steps"),
    [(4, 16, 4, 4), (16, 16, 16, 1), (32, 16, 16, 1), (4, 6, 2, 3), (5, 16, 1, 16), (3, 1, 1, 1)],
)
def test_an_optimizer_steps_examples_are_the_same_whatever_the_device_holds(
    device_batch, batch_size, at_once, steps
):
    sizes = {"batch_size": batch_size, "device_batch": device_batch}
    settings = sft.Settings(objective="sft", data="traces", **sizes)
    assert settings.batches() == {
        "per_device_train_batch_size": at_once,
        "gradient_accumulation_steps": steps,
    }
    assert at_once * steps == batch_size


@pytest.mark.parametrize(("name", "module"), [("sft", sft), ("dpo", dpo)])
def test_an_objective_is_a_module_of_this_folder_with_settings_of_its_own(name, module):
    assert module_of(name) is module
    with pytest.raises(ValidationError, match="objective"):
        module.Settings.model_validate({"objective": "other", "data": "traces", "start": "sft"})


def test_a_new_lora_lies_on_all_linear_layers():
    config = Lora(rank=4, alpha=8, dropout=0.0).config()
    assert (config.r, config.lora_alpha, config.lora_dropout) == (4, 8, 0.0)
    assert (config.target_modules, config.task_type) == ("all-linear", "CAUSAL_LM")


def test_every_example_begins_with_the_prompt_without_norms(wording):
    (turn,) = wording.question(wording.item("CU01"))
    assert example_of(wording, "CU01") == {
        "country": "XAV",
        "item": "CU01",
        "prompt": turn["content"],
    }
    assert "Norms" not in turn["content"]
