"""DPO: right traces preferred to wrong ones, held to the SFT adapter that it continues from."""

import logging
import math
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mores.method.chat import Chat
from mores.method.objectives.common import (
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

TOLERANCE = {"float32": 1e-3, "bfloat16": 5e-2, "float16": 5e-2}  # of ln 2 at step 0


class Settings(Objective):
    """DPO, sigmoid loss; the LoRA is that of `start`, with its rank and alpha, without dropout."""

    objective: Literal["dpo"]
    start: str
    """The tuning on right traces that it continues from, which is its reference policy."""
    beta: float = Field(0.1, gt=0, le=1000)
    """How strongly the reference policy holds."""

    starts_from: ClassVar[str | None] = "sft"

    @property
    def sources(self) -> tuple[Source, ...]:
        """Right traces, and what the model that it continues from says by itself."""
        return ("traces", "rejected")


def examples(wording: Wording, traces: list[dict], rejected: list[dict]) -> list[dict[str, Any]]:
    """One row per right trace whose item has a wrong one: `chosen` and `rejected`, no norms.

    Wrong traces are the tuned model's own; an item of which it has none falls back on the wrong
    traces that were sampled with the norm in context (`rejected_from`: `tuned` or `distilled`),
    and an item with neither has no pair. Both are counted in the log.
    """
    right, wrong = _texts(traces, "right"), _texts(rejected, "wrong")
    spare = _texts(traces, "wrong")
    pairs, fallen, bare = [], [], []
    for item, chosen in right.items():
        source = "tuned" if item in wrong else "distilled"
        against = wrong.get(item) or spare.get(item)
        if against is None:
            bare.append(item)
            continue
        if source == "distilled":
            fallen.append(item)
        pairs += [
            example_of(wording, item) | {"chosen": yes, "rejected": no, "rejected_from": source}
            for yes, no in zip(chosen, cycle(against), strict=False)
        ]
    code = wording.country.code
    log.info("%s: %d pairs of %d items", code, len(pairs), len(right) - len(bare))
    log.info("%s: %d item(s) fall back on distilled traces: %s", code, len(fallen), _list(fallen))
    log.info("%s: %d item(s) have no wrong trace and no pair: %s", code, len(bare), _list(bare))
    return pairs


def _texts(rows: list[dict], verdict: str) -> dict[str, list[str]]:
    """The texts of an item's traces that got a verdict, by item."""
    found: dict[str, list[str]] = {}
    for one in rows:
        if one["verdict"] == verdict:
            found.setdefault(one["item"], []).append(one["text"])
    return found


def _list(names: list[str]) -> str:
    return ", ".join(names) or "none"


def row(chat: Chat, example: dict) -> dict[str, list[int]]:
    """`prompt_ids`, `chosen_ids` and `rejected_ids` of a pair, replies with their end."""
    text = prompt_of(chat, example)
    prompt, chosen = chat.encode(text, example["chosen"])
    _, rejected = chat.encode(text, example["rejected"])
    return {"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected}


def trainer(
    settings: Settings,
    rows: list[dict],
    chat: Chat,
    network: "PreTrainedModel",
    how: dict[str, Any],
    start: Path | None = None,
) -> "Trainer":
    """The adapter in `start`, to be trained further; TRL keeps a copy as the reference policy."""
    import trl
    from peft import PeftModel

    class PairTrainer(trl.DPOTrainer):
        """TRL's, on pairs that are token ids already, and resumed with the policy's own weights."""

        def _prepare_dataset(self, dataset, *_given):
            return dataset  # TRL's tokenizing would add a second BOS

        def _load_from_checkpoint(self, checkpoint, model=None):
            # transformers (5.19) loads the reference, which lies in a folder below, and not the
            # policy: training would go on from where it began, with the rest of the schedule.
            self.model.load_adapter(checkpoint, "default", is_trainable=True)

    made = PairTrainer(
        model=PeftModel.from_pretrained(network, start, is_trainable=True),
        args=trl.DPOConfig(
            **arguments(settings, network), **how, beta=settings.beta, max_length=None
        ),
        train_dataset=dataset(rows, _length, network),
        processing_class=chat.tokenizer,
    )
    check_batches(made, [[one["chosen_ids"], one["rejected_ids"]] for one in rows])
    return made


def _length(one: dict[str, list[int]]) -> int:
    return len(one["prompt_ids"]) + max(len(one["chosen_ids"]), len(one["rejected_ids"]))


def check(history: list[dict], network: "PreTrainedModel") -> None:
    """Raise where the policy did not start as its own reference: the first loss is not ln 2."""
    first = history[0]["loss"]
    if abs(first - math.log(2)) > TOLERANCE[str(network.dtype).removeprefix("torch.")]:
        raise RuntimeError(
            f"DPO began with a loss of {first:.4f}, not ln 2 = {math.log(2):.4f}: its "
            "reference policy is not the adapter it started from"
        )
