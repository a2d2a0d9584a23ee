"""KTO: right traces wanted and wrong ones not, each by itself, held to the base model.

Kahneman-Tversky optimisation (Ethayarajh et al., arXiv 2402.01306) needs no pairs: an item whose
traces are all right, or all wrong, teaches too.
"""

import logging
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from mores.errors import InputError
from mores.method.chat import Chat
from mores.method.objectives.common import (
    Lora,
    Objective,
    Source,
    arguments,
    check_batches,
    dataset,
    example_of,
    prompt_of,
)
from mores.method.stage import Wording

if TYPE_CHECKING:
    from transformers import PreTrainedModel, Trainer

log = logging.getLogger("mores.objectives")

WANTED = {"right": True, "wrong": False}
TOLERANCE = 5e-2  # of a reward of 0 at step 0, in half precision


class Settings(Objective, Lora):
    """KTO of a new LoRA; the base model is its reference policy."""

    objective: Literal["kto"]
    beta: float = Field(0.1, gt=0, le=1000)
    """How strongly the reference policy holds."""
    right_weight: float = Field(1.0, gt=0, le=1000)
    """Weight of right traces, to make up for fewer of them."""
    wrong_weight: float = Field(1.0, gt=0, le=1000)
    """Weight of wrong traces."""
    device_batch: int = Field(4, ge=2, le=100_000)
    """Examples on the device at once: over these the divergence from the reference is estimated."""

    @model_validator(mode="after")
    def _check_batches(self) -> Self:
        if self.batches()["per_device_train_batch_size"] < 2:
            raise ValueError("`batch_size` and `device_batch` must share a divisor above 1")
        return self

    @property
    def sources(self) -> tuple[Source, ...]:
        """Right and wrong traces, as they were sampled."""
        return ("traces",)


def examples(wording: Wording, traces: list[dict]) -> list[dict[str, Any]]:
    """One row per right or wrong trace: its text under the prompt *without* norms, and `wanted`."""
    rows = [
        example_of(wording, row["item"])
        | {"completion": row["text"], "wanted": WANTED[row["verdict"]], "request": row["request"]}
        for row in traces
        if row["verdict"] in WANTED
    ]
    counts = Counter(row["wanted"] for row in rows)
    code = wording.country.code
    log.info("%s: %d right and %d wrong traces", code, counts[True], counts[False])
    return rows


def row(chat: Chat, example: dict) -> dict[str, Any]:
    """`prompt_ids`, `completion_ids` with its end, and `label`: whether it is wanted."""
    prompt, completion = chat.encode(prompt_of(chat, example), example["completion"])
    return {"prompt_ids": prompt, "completion_ids": completion, "label": example["wanted"]}


def trainer(
    settings: Settings,
    rows: list[dict],
    chat: Chat,
    network: "PreTrainedModel",
    how: dict[str, Any],
    start: Path | None = None,
) -> "Trainer":
    """TRL takes examples in the order given, so they are shuffled here, by the seed."""
    import trl

    class UnpairedTrainer(trl.KTOTrainer):
        """TRL's, on examples that are token ids already."""

        def _prepare_dataset(self, dataset, *_given):
            return dataset  # TRL's tokenizing would add a second BOS

    if len({one["label"] for one in rows}) < 2:
        raise InputError(
            "examples: KTO learns from right and wrong traces, and all are of one kind: raise "
            "`traces: samples` or their temperature"
        )
    shuffled = random.Random(settings.seed).sample(rows, len(rows))
    prepared = with_others(shuffled, settings.batches()["per_device_train_batch_size"])
    made = UnpairedTrainer(
        model=network,
        args=trl.KTOConfig(
            **arguments(settings, network),
            **how,
            beta=settings.beta,
            desirable_weight=settings.right_weight,
            undesirable_weight=settings.wrong_weight,
            max_length=None,
            pad_to_multiple_of=None,
        ),
        train_dataset=dataset(prepared, _length, network),
        processing_class=chat.tokenizer,
        peft_config=settings.config(),
    )
    check_batches(made, [[one["completion_ids"]] for one in shuffled])
    return made


def with_others(rows: list[dict[str, Any]], batch: int) -> list[dict[str, Any]]:
    """Each row with `KL_completion_ids`, the reply of the row before it in its batch.

    From such mismatched pairs TRL estimates the divergence from the reference. The first row of a
    batch takes the last one's reply; a batch of one row that of the row before it.
    """
    prepared = []
    for place, row in enumerate(rows):
        first = place - place % batch
        before = place - 1 if place > first else min(first + batch, len(rows)) - 1
        other = rows[before if before != place else place - 1]
        prepared.append(row | {"KL_completion_ids": other["completion_ids"]})
    return prepared


def _length(one: dict[str, Any]) -> int:
    replies = (one["completion_ids"], one["KL_completion_ids"])
    return len(one["prompt_ids"]) + max(map(len, replies))


def check(history: list[dict], network: "PreTrainedModel") -> None:
    """Raise where the policy did not start as its own reference: a reward is not 0."""
    rewards = [history[0].get(f"rewards/{kind}", 0.0) for kind in ("chosen", "rejected")]
    if any(abs(reward) > TOLERANCE for reward in rewards):
        raise RuntimeError(
            f"KTO began with rewards of {rewards}, not 0: its reference policy is not the model it "
            "started from"
        )
