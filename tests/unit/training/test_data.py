from types import SimpleNamespace

import pytest
import torch

from mores.errors import InputError
from mores.training.data import IGNORED, check_batches, dataset

ROW = {"input_ids": [5, 6, 7, 8], "completion_mask": [0, 0, 1, 1]}
PAIR = {"prompt_ids": [5, 6], "chosen_ids": [7, 1], "rejected_ids": [8, 9, 1]}


def trainer(rows, batch):
    """What of a trainer `check_batches` looks at: `batch` makes a batch of one example."""
    return SimpleNamespace(train_dataset=rows, data_collator=lambda examples: batch(*examples))


def labelled(example, mask=None):
    mask = mask or example["completion_mask"]
    ids = [id if on else IGNORED for id, on in zip(example["input_ids"], mask, strict=True)]
    return {"labels": torch.tensor([ids])}


def paired(example, of_prompt=0):
    """Chosen and rejected, padded with 0; `of_prompt` ones of the mask lie on the prompt."""
    replies = [example["chosen_ids"], example["rejected_ids"]]
    longest = max(map(len, replies))
    prompt = [0] * (2 - of_prompt) + [1] * of_prompt
    ids = [[*example["prompt_ids"], *one, *[0] * (longest - len(one))] for one in replies]
    masks = [[*prompt, *[1] * len(one), *[0] * (longest - len(one))] for one in replies]
    return {"input_ids": torch.tensor(ids), "completion_mask": torch.tensor(masks)}


def test_rows_are_kept_as_they_are():
    rows = [ROW, {"input_ids": [1], "completion_mask": [1]}]
    assert list(dataset(rows, 4)) == rows


def test_a_row_as_long_as_the_context_is_kept():
    assert len(dataset([ROW], 4)) == 1
    assert len(dataset([PAIR], 5)) == 1


def test_a_row_longer_than_the_context_is_refused_and_never_cut():
    with pytest.raises(InputError) as error:
        dataset([{"input_ids": [1], "completion_mask": [1]}, ROW], 3)
    assert "the longest has 4 tokens, the model's context holds 3" in str(error.value)
    assert "lower `traces: sampling: max_tokens`" in str(error.value)


@pytest.mark.parametrize("longer", ["chosen_ids", "rejected_ids"])
def test_the_longer_reply_of_a_pair_counts(longer):
    pair = {"prompt_ids": [5, 6], "chosen_ids": [1], "rejected_ids": [1]} | {longer: [7, 8, 1]}
    with pytest.raises(InputError, match="the longest has 5 tokens, the model's context holds 4"):
        dataset([pair], 4)


def test_batches_whose_loss_covers_the_completions_pass():
    check_batches(trainer([ROW, ROW], labelled), [ROW, ROW])
    check_batches(trainer([PAIR], paired), [PAIR])


def test_a_batch_whose_loss_covers_the_prompt_is_told():
    with pytest.raises(RuntimeError, match="the loss covers 4 tokens of a completion of 2"):
        check_batches(trainer([ROW], lambda row: labelled(row, [1, 1, 1, 1])), [ROW])


def test_a_batch_whose_loss_leaves_out_the_end_is_told():
    with pytest.raises(RuntimeError, match="the loss covers 1 tokens of a completion of 2"):
        check_batches(trainer([ROW], lambda row: labelled(row, [0, 0, 1, 0])), [ROW])


def test_a_pair_whose_loss_covers_the_prompt_is_told():
    with pytest.raises(RuntimeError, match="the loss covers 7 tokens of a completion of 5"):
        check_batches(trainer([PAIR], lambda pair: paired(pair, of_prompt=1)), [PAIR])
