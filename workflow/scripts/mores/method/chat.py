"""Chat templates: what a model sees before its reply, and what ends one.

The same text is put before a model by the server, in training, and where a reply is made to begin
in a certain way, so that what is learnt is what is later asked.
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mores.errors import InputError
from mores.method.control import cut_control
from mores.method.models import ModelSpec
from mores.method.tags import CLOSE, OPEN
from mores.method.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

log = logging.getLogger("mores.method.chat")

# What ends the thinking of R1 models, as they write it.
END_THINKING = f"\n{CLOSE}\n\n"
PROBE = "forty-two"


@dataclass(frozen=True)
class Chat:
    """A tokenizer with its chat template."""

    tokenizer: "PreTrainedTokenizerBase"
    name: str
    stops: tuple[str, ...] = ()
    """Tokens at which generation stops besides the tokenizer's own end."""

    def prompt(self, messages: tuple[dict[str, str], ...]) -> str:
        """The text of messages up to where the reply begins; R1 templates open the thinking."""
        return self.tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, tokenize=False
        )

    @property
    def end(self) -> str:
        """The token that ends a reply: the template writes it, and generation stops at it.

        It need not be the tokenizer's own end; Gemma's is not.
        """
        own = self.tokenizer.eos_token
        reply = [{"role": "user", "content": "?"}, {"role": "assistant", "content": PROBE}]
        after = self.tokenizer.apply_chat_template(reply, tokenize=False).rpartition(PROBE)[2]
        for end in (own, *self.stops):
            if end and after.strip().startswith(end):
                return end
        raise InputError(
            f"models: {self.name}: its chat template ends a reply with {after.strip()!r}, its "
            f"tokenizer with {own!r}; make them agree in tokenizer_config.json, or add the "
            "template's to eos_token_id in generation_config.json"
        )

    @property
    def opens_thinking(self) -> bool:
        """Whether a prompt ends with the thinking begun, so that a reply holds its end alone."""
        return self.prompt(({"role": "user", "content": "?"},)).rstrip().endswith(OPEN)

    @property
    def unthinking(self) -> str:
        """What makes a reply begin with thinking ended; empty for a model that never thinks."""
        if self.opens_thinking:
            return END_THINKING
        if CLOSE in (self.tokenizer.chat_template or ""):
            return f"{OPEN}\n{END_THINKING}"
        return ""

    def reply(self, text: str) -> str:
        """A reply as it follows the prompt: thinking that the prompt opens is not opened again.

        Servers that part thinking from answer have it put together with an opening of its own. What
        a model spelt like a control token, besides the tags of its thinking, is cut.
        """
        text, count = cut_control(text, kept=(OPEN, CLOSE))
        if count:
            log.warning("%s: %d control token(s) cut from a reply", self.name, count)
        return text.removeprefix(f"{OPEN}\n") if self.opens_thinking else text

    def encode(self, prompt: str, completion: str) -> tuple[list[int], list[int]]:
        """Token ids of a prompt as a server gives it, and of a completion with its end token."""
        prompt_ids = self.tokenizer(prompt, add_special_tokens=False).input_ids
        ids = self.tokenizer(self.reply(completion) + self.end, add_special_tokens=False).input_ids
        return prompt_ids, ids


def load_chat(name: str, model: ModelSpec) -> Chat:
    """The tokenizer of a model of the configuration; InputError where there is none to be had."""
    tokenizer = load_tokenizer(name, model)
    return Chat(_templated(tokenizer, name, model), name, _stops(tokenizer, model))


def load_template(name: str, model: ModelSpec) -> Chat:
    """A chat to write text with, not ids, of a model of the configuration.

    Its tokenizer is of no class of its own where that need not be: to find the class imports torch,
    seconds of every job that asks. Raises what `load_chat` does.
    """
    from transformers import TokenizersBackend

    if model.trust_remote_code:
        return load_chat(name, model)
    try:
        tokenizer = TokenizersBackend.from_pretrained(model.path, revision=model.revision)
    except Exception:  # whatever it is: the other way tells, or copes
        return load_chat(name, model)
    return Chat(_templated(tokenizer, name, model), name)


def _templated(
    tokenizer: "PreTrainedTokenizerBase", name: str, model: ModelSpec
) -> "PreTrainedTokenizerBase":
    """The tokenizer, which must have a chat template."""
    if not tokenizer.chat_template:
        raise InputError(f"models: {name}: {model.path} has no chat template; add one")
    return tokenizer


def _stops(tokenizer: "PreTrainedTokenizerBase", model: ModelSpec) -> tuple[str, ...]:
    """The end tokens of a model's generation_config.json, if it has one."""
    from transformers import GenerationConfig

    try:
        found = GenerationConfig.from_pretrained(model.path, revision=model.revision).eos_token_id
    except OSError:
        return ()
    ids = [found] if isinstance(found, int) else found or []
    return tuple(tokenizer.convert_ids_to_tokens(ids))
