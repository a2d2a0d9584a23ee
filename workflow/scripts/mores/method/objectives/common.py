"""What objectives share: their settings, their examples' form, the arguments of TRL's trainers."""

import importlib
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from pydantic import Field

from mores.errors import InputError
from mores.method.chat import Chat
from mores.method.stage import Wording
from mores.spec import Section, Seed

if TYPE_CHECKING:
    from pathlib import Path

    from datasets import Dataset
    from peft import LoraConfig
    from transformers import PreTrainedModel, Trainer

Source = Literal["train", "traces", "rejected"]
IGNORED = -100  # the label of a token that the loss leaves out


class Objective(Section):
    """What every tuning has: how long and how fast it learns."""

    objective: str
    learning_rate: float = Field(1e-4, gt=0, le=1)
    epochs: int = Field(3, ge=1, le=10_000)
    batch_size: int = Field(16, ge=1, le=100_000)
    """Examples per optimizer step."""
    device_batch: int = Field(4, ge=1, le=100_000)
    """Examples on the device at once, of a step's: dropout and rounding depend on it."""
    warmup: float = Field(0.1, ge=0, lt=1)
    """Share of steps in which the rate rises; then a cosine to zero."""
    seed: Seed = 0

    starts_from: ClassVar[str | None] = None
    """The objective of the tuning that it continues from, if it continues from any."""
    of_examples: ClassVar[frozenset[str]] = frozenset()
    """Keys that shape the examples, besides the objective itself."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """What examples are made from: training rows, traces, a tuned model's own traces."""
        raise NotImplementedError

    def batches(self) -> dict[str, int]:
        """How an optimizer step's examples come on the device: in parts of equal size."""
        at_once = math.gcd(min(self.device_batch, self.batch_size), self.batch_size)
        return {
            "per_device_train_batch_size": at_once,
            "gradient_accumulation_steps": self.batch_size // at_once,
        }


class Lora(Section):
    """A new LoRA, on all linear layers."""

    rank: int = Field(16, ge=1, le=512)
    """LoRA rank."""
    alpha: int = Field(16, ge=1, le=100_000)
    """LoRA alpha."""
    dropout: float = Field(0.05, ge=0, lt=1)
    """LoRA dropout."""

    def config(self) -> "LoraConfig":
        """As PEFT takes it."""
        from peft import LoraConfig

        return LoraConfig(
            r=self.rank,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )


class Module(Protocol):
    """What each module of this folder has."""

    Settings: type[Objective]

    def examples(self, wording: Wording, **sources: list[dict]) -> list[dict]:
        """Rows that a human can read, with `prompt`, `country` and `item`, from these sources."""
        ...

    def row(self, chat: Chat, example: dict) -> dict[str, Any]:
        """An example as token ids."""
        ...

    def trainer(
        self,
        settings: Any,
        rows: list[dict],
        chat: Chat,
        network: "PreTrainedModel",
        how: dict[str, Any],
        start: "Path | None",
    ) -> "Trainer":
        """TRL's trainer, ready to train; `how` are arguments that change no result."""
        ...

    def check(self, history: list[dict], network: "PreTrainedModel") -> None:
        """Raise where training did not go as the objective says."""
        ...


def module_name(objective: str) -> str:
    """The dotted name of an objective's module."""
    return f"mores.method.objectives.{objective}"


def module_of(objective: str) -> Module:
    """The module of an objective."""
    return importlib.import_module(module_name(objective))


def example_of(wording: Wording, item: str) -> dict[str, Any]:
    """What every example begins with: the prompt *without* norms."""
    (message,) = wording.question(wording.item(item))
    return {"country": wording.country.code, "item": item, "prompt": message["content"]}


def prompt_of(chat: Chat, example: dict) -> str:
    """The text that stands before an example's reply."""
    return chat.prompt(({"role": "user", "content": example["prompt"]},))


def arguments(settings: Objective, network: "PreTrainedModel") -> dict[str, Any]:
    """What all objectives tell TRL; on the CPU its defaults would be wrong or slow."""
    import torch

    on_gpu = torch.cuda.is_available()
    return {
        "learning_rate": settings.learning_rate,
        "num_train_epochs": settings.epochs,
        **settings.batches(),
        "lr_scheduler_type": "cosine",
        "warmup_steps": settings.warmup,
        "seed": settings.seed,
        "bf16": on_gpu and network.dtype == torch.bfloat16,
        "fp16": on_gpu and network.dtype == torch.float16,
        "use_cpu": not on_gpu,
    }


def dataset(
    rows: list[dict[str, Any]], length: Callable[[dict], int], network: "PreTrainedModel"
) -> "Dataset":
    """Rows as a dataset; InputError where one is longer than the model's context, in tokens."""
    from datasets import Dataset

    longest, context = max(map(length, rows)), network.config.max_position_embeddings
    if longest > context:
        raise InputError(
            f"examples: the longest has {longest} tokens, the model's context holds {context}; "
            "lower `traces: sampling: max_tokens`: a sample is never cut"
        )
    return Dataset.from_list(rows)


def check_batches(
    trainer: "Trainer", completions: Sequence[list[list[int]]], mask: str = "completion_mask"
) -> None:
    """Raise where a batch, as the trainer makes it, leaves out or adds a token of a completion.

    `completions` are, for each example, the token ids that the loss must cover, in the order of
    the batch's rows; `mask` is the batch's key that says what it covers.
    """
    for wanted, example in zip(completions, trainer.train_dataset, strict=True):
        batch = trainer.data_collator([example])
        covered = batch[mask] != IGNORED if mask == "labels" else batch[mask].bool()
        counted = [ids[on].tolist() for ids, on in zip(batch["input_ids"], covered, strict=True)]
        if counted != wanted:
            raise RuntimeError(
                f"the loss covers {sum(map(len, counted))} tokens of a completion of "
                f"{sum(map(len, wanted))}: this version of TRL does not do what mores expects"
            )
