"""What the steps that write prompts have in common: words for a country, and a model to ask."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mores.canonical import digest
from mores.errors import InputError
from mores.method.countries import Country
from mores.method.items import Bank, Item
from mores.method.models import ModelSpec
from mores.method.prompts import Prompts
from mores.method.requests import Ask, Completion, Request
from mores.method.tags import CLOSE
from mores.spec import Section
from mores.survey.part import BankPart

if TYPE_CHECKING:
    from mores.method.chat import Chat

log = logging.getLogger("mores.method.stage")


class Worded(Section):
    """What shapes every prompt of a step."""

    country: Country
    templates: dict[str, str]
    """By name, the digest of each template that the step renders."""
    bank: BankPart


class Asked(Worded):
    """What shapes every answer that a step asks for, besides the prompt and its sampling."""

    model: ModelSpec
    model_digest: str
    protocol: int
    """Version of what the client sends and reads (`mores.engine.protocol`)."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that answer."""


@dataclass(frozen=True)
class Wording:
    """One country, what is asked about it, and in which words."""

    bank: Bank
    prompts: Prompts
    country: Country

    def render(self, template: str, topic: str, **values) -> tuple[dict[str, str], ...]:
        """A prompt about a topic (its key) of this country."""
        title = self.bank.topics[topic]
        return self.prompts.render(template, country=self.country, topic=title, **values)

    def question(
        self,
        item: Item,
        norms: Sequence[str] = (),
        template: str = "answer",
        examples: Sequence[dict[str, Any]] = (),
    ) -> tuple[dict[str, str], ...]:
        """The prompt that puts an item, with norms or examples before it or with none.

        A topic that is none of the bank's has no title.
        """
        title = self.bank.topics.get(item.topic, "")
        given = {"topic": title, "item": item, "norms": norms, "examples": examples}
        return self.prompts.render(template, country=self.country, **given)

    def item(self, identifier: str) -> Item:
        """An item of the bank by its id."""
        return self.bank.items[identifier]


@dataclass(frozen=True)
class Stage(Wording):
    """A wording, the model that is asked, and its chat template where a reply is begun for it."""

    ask: Ask
    chat: Callable[[], "Chat"]

    @cached_property
    def opens_thinking(self) -> bool | None:
        """Whether prompts end with the thinking begun; None where no chat template tells.

        A server of the user's may serve a model whose tokenizer is nowhere to be had.
        """
        try:
            return self.chat().opens_thinking
        except InputError as error:
            log.warning("%s; a reply without </think> counts as an answer unless it is cut", error)
            return None

    def left_open(self, completion: Completion) -> bool:
        """Whether a reply never ends the thinking that its prompt began.

        Where nobody knows what the prompt began, a reply that was cut is taken to be thinking.
        """
        if CLOSE in completion.text:
            return False
        if self.opens_thinking is None:
            return completion.finish_reason == "length"
        return self.opens_thinking

    def provenance(self, request: Request, completion: Completion) -> dict[str, Any]:
        """What made a generated row, and the raw text that came."""
        return {
            "text": completion.text,
            "finish_reason": completion.finish_reason,
            "prompt_tokens": completion.prompt_tokens,
            "completion_tokens": completion.completion_tokens,
            "prompt": digest(list(request.messages)),
            "model": self.ask.model,
            "adapter": self.ask.adapter,
            "sampling": dict(request.sampling),
            "request": completion.key,
        }
