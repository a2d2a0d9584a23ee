"""How well the demo model reads: the share of answers that its context implies."""

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mores.demo.dialogues import Dialogue, Writer
from mores.demo.language import LEVELS, implied, norm
from mores.method.chat import END_THINKING
from mores.method.choice import parse_choice
from mores.method.countries import Country
from mores.method.items import Bank, Item
from mores.method.prompts import Prompts
from mores.method.replies import split_thinking

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen2ForCausalLM


@dataclass(frozen=True)
class Probe:
    """A held-out prompt and the option it should bring out (for blind prompts: by chance)."""

    dialogue: Dialogue
    item: Item
    implied: int


class HeldOut(Writer):
    """Writes prompts about the survey's own countries, which training never names."""

    def __init__(
        self,
        bank: Bank,
        prompts: Prompts,
        neutral: list[str],
        countries: list[Country],
        seed: int,
    ):
        super().__init__([bank], prompts, neutral, random.Random(seed))
        self.bank = bank
        self.countries = countries

    def country(self) -> Country:
        return self.rng.choice(self.countries)

    def probes(self, condition: str) -> list[Probe]:
        """One prompt per item and level, by what is in context.

        `own`, `none`, `other`: norms of the item's topic, none, another topic's. `low`: the norm
        mined from the item, whose quoted option is the implied one. `cut`: `own`, but the reply is
        made to begin with empty thinking.
        """
        return [
            self._probe(condition, item, level)
            for item in self.bank.items.values()
            for level in range(len(LEVELS))
        ]

    def _probe(self, condition: str, item: Item, level: int) -> Probe:
        code = implied(item, level)
        if condition == "own":
            dialogue = self.answer_by_norms(self.bank, item, level)
        elif condition == "cut":
            dialogue = replace(self.answer_by_norms(self.bank, item, level), opening=END_THINKING)
        elif condition == "low":
            dialogue = self.answer_by_low_norm(self.bank, item, code)
        elif condition == "none":
            dialogue = self.answer_blind(self.bank, item)
        else:
            dialogue = self._beside(item, level)
        return Probe(dialogue, item, code)

    def _beside(self, item: Item, level: int) -> Dialogue:
        """Another topic's norms at the same level: a reader of levels alone would gain."""
        other = self.rng.choice([key for key in self.bank.topics if key != item.topic])
        ways = self.rng.sample(range(5), 3)
        norms = [norm(self.bank.topics[other], level, way) for way in ways]
        return Dialogue(self.ask(self.bank, item, norms), "")


def sample(
    model: "Qwen2ForCausalLM",
    tokenizer: "PreTrainedTokenizerFast",
    dialogues: list[Dialogue],
    seed: int,
    temperature: float = 0.6,
) -> list[str]:
    """Replies of the model to the dialogues' prompts, drawn with `transformers`, 128 at a time."""
    import torch

    torch.manual_seed(seed)
    tokenizer.padding_side = "left"
    texts = []
    for start in range(0, len(dialogues), 128):
        prompts = [
            tokenizer.apply_chat_template(
                list(dialogue.messages), add_generation_prompt=True, tokenize=False
            )
            + dialogue.opening
            for dialogue in dialogues[start : start + 128]
        ]
        batch = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
        out = model.generate(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            do_sample=True,
            temperature=temperature,
            top_p=0.95,
            max_new_tokens=128,
        )
        new = out[:, batch.input_ids.shape[1] :]
        texts += tokenizer.batch_decode(new, skip_special_tokens=True)
    return texts


def accuracy(probes: list[Probe], texts: list[str]) -> dict[str, float]:
    """Shares of valid and of implied answers, and what chance would give."""
    choices = [
        parse_choice(split_thinking(probe.dialogue.opening + text, left_open=True)[1], probe.item)[
            0
        ]
        for probe, text in zip(probes, texts, strict=True)
    ]
    hits = [c == probe.implied for c, probe in zip(choices, probes, strict=True)]
    return {
        "prompts": len(probes),
        "valid": sum(c is not None for c in choices) / len(probes),
        "implied": sum(hits) / len(probes),
        "chance": sum(1 / len(probe.item.codes) for probe in probes) / len(probes),
    }
