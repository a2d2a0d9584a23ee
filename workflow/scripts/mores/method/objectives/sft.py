"""SFT: to reply so by itself, without the norms in its context.

On the country's bare answers (the baseline), or on right traces, so that the norm moves from the
context into the model's own reasoning (CNCA-SFT).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

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


class Settings(Objective, Lora):
    """SFT of a new LoRA."""

    objective: Literal["sft"]
    data: Literal["answers", "traces"]
    """Bare answers, or right traces."""

    of_examples: ClassVar[frozenset[str]] = frozenset({"data"})

    @property
    def sources(self) -> tuple[Source, ...]:
        """Training rows hold the answers."""
        return ("train",) if self.data == "answers" else ("traces",)


def examples(
    wording: Wording, train: list[dict] | None = None, traces: list[dict] | None = None
) -> list[dict[str, Any]]:
    """From training rows, one row per answered item with the bare top answer; from traces, one row
    per right trace, its text under the prompt *without* norms.
    """
    if traces is None:
        return [
            example_of(wording, row["item"]) | {"answer": str(row["top"])}
            for row in train or []
            if row["top"] is not None
        ]
    return [
        example_of(wording, row["item"]) | {"completion": row["text"], "request": row["request"]}
        for row in traces
        if row["verdict"] == "right"
    ]


def row(chat: Chat, example: dict) -> dict[str, list[int]]:
    """`input_ids` and `completion_mask` (1 on the completion and its end token) of an example.

    A bare `answer` is what follows thinking that was ended at once.
    """
    completion = example.get("completion")
    if completion is None:
        completion = chat.unthinking + example["answer"]
    prompt, reply = chat.encode(prompt_of(chat, example), completion)
    return {"input_ids": prompt + reply, "completion_mask": [0] * len(prompt) + [1] * len(reply)}


def trainer(
    settings: Settings,
    rows: list[dict],
    chat: Chat,
    network: "PreTrainedModel",
    how: dict[str, Any],
    start: Path | None = None,
) -> "Trainer":
    """The loss is the mean cross-entropy of the completions' tokens."""
    import trl

    made = trl.SFTTrainer(
        model=network,
        args=trl.SFTConfig(
            **arguments(settings, network),
            **how,
            completion_only_loss=True,
            max_length=None,
            pad_to_multiple_of=None,
        ),
        train_dataset=dataset(rows, lambda one: len(one["input_ids"]), network),
        processing_class=chat.tokenizer,
        peft_config=settings.config(),
    )
    check_batches(made, [[_completion(one)] for one in rows], "labels")
    return made


def _completion(one: dict[str, list[int]]) -> list[int]:
    covered = zip(one["input_ids"], one["completion_mask"], strict=True)
    return [token for token, on in covered if on]


def check(history: list[dict], network: "PreTrainedModel") -> None:
    """Nothing beyond what holds for every training."""
