"""Training data: examples as token ids, the loss on the completion alone, nothing cut."""

from typing import TYPE_CHECKING, Any

from mores.chat import Chat
from mores.errors import InputError

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import Trainer

IGNORED = -100  # the label of a token that the loss leaves out


def supervised_row(chat: Chat, example: dict) -> dict[str, list[int]]:
    """`input_ids` and `completion_mask` (1 on the completion and its end token) of an example.

    A bare `answer` is what follows thinking that was ended at once.
    """
    completion = example.get("completion")
    if completion is None:
        completion = chat.unthinking + example["answer"]
    prompt, reply = chat.encode(_prompt(chat, example), completion)
    return {"input_ids": prompt + reply, "completion_mask": [0] * len(prompt) + [1] * len(reply)}


def preference_row(chat: Chat, example: dict) -> dict[str, list[int]]:
    """`prompt_ids`, `chosen_ids` and `rejected_ids` of a pair, replies with their end."""
    text = _prompt(chat, example)
    prompt, chosen = chat.encode(text, example["chosen"])
    _, rejected = chat.encode(text, example["rejected"])
    return {"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected}


def _prompt(chat: Chat, example: dict) -> str:
    return chat.prompt(({"role": "user", "content": example["prompt"]},))


def dataset(rows: list[dict[str, Any]], context: int) -> "Dataset":
    """Rows as a dataset; InputError where one is longer than the model's context, in tokens."""
    from datasets import Dataset

    longest = max(_length(row) for row in rows)
    if longest > context:
        raise InputError(
            f"examples: the longest has {longest} tokens, the model's context holds {context}; "
            "lower `traces: sampling: max_tokens`: a sample is never cut"
        )
    return Dataset.from_list(rows)


def _length(row: dict[str, list[int]]) -> int:
    if "input_ids" in row:
        return len(row["input_ids"])
    return len(row["prompt_ids"]) + max(len(row["chosen_ids"]), len(row["rejected_ids"]))


def check_batches(trainer: "Trainer", rows: list[dict[str, list[int]]]) -> None:
    """Raise where a batch, as the trainer makes it, leaves out or adds a token of a completion."""
    for row, example in zip(rows, trainer.train_dataset, strict=True):
        batch = trainer.data_collator([example])
        if "labels" in batch:
            counted = [batch["labels"][0][batch["labels"][0] != IGNORED].tolist()]
            wanted = [
                [id for id, on in zip(row["input_ids"], row["completion_mask"], strict=True) if on]
            ]
        else:
            masks = batch["completion_mask"].bool()
            counted = [
                ids[mask].tolist() for ids, mask in zip(batch["input_ids"], masks, strict=True)
            ]
            wanted = [row["chosen_ids"], row["rejected_ids"]]
        if counted != wanted:
            raise RuntimeError(
                f"the loss covers {sum(map(len, counted))} tokens of a completion of "
                f"{sum(map(len, wanted))}: this version of TRL does not do what mores expects"
            )
