"""The base model of a training, in the host's memory until a device is held for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mores.method.chat import Chat, load_chat
from mores.method.models import ModelSpec

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Base:
    """A model with its tokenizer, as loaded: nothing was trained on it."""

    chat: Chat
    network: "PreTrainedModel"

    def on_device(self) -> "PreTrainedModel":
        """The network, moved to the GPU if there is one."""
        import torch

        return self.network.to("cuda" if torch.cuda.is_available() else "cpu")


def load_base(name: str, model: ModelSpec) -> Base:
    """A model of the configuration; InputError where its tokenizer is not to be had."""
    from transformers import AutoModelForCausalLM

    chat = load_chat(name, model)
    network = AutoModelForCausalLM.from_pretrained(
        model.path,
        revision=model.revision,
        dtype=model.dtype,
        trust_remote_code=model.trust_remote_code,
    )
    return Base(chat, network)
