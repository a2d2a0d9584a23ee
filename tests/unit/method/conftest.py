"""Chat templates of the kinds that models have: the demo's, R1's on two tokenizers, ChatML's."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from mores.method.chat import Chat, load_chat
from mores.method.models import ModelSpec

DEMO = Path(__file__).parents[3] / "resources/demo/model"
BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
ASKED, TOLD = "<｜User｜>", "<｜Assistant｜>"
# Written after the format of DeepSeek-R1-Distill-*: earlier replies lose their thinking.
R1_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message.role == 'user' %}{{ '<｜User｜>' + message.content }}{% else %}"
    "{{ '<｜Assistant｜>' + message.content.split('</think>')[-1] + '<｜end▁of▁sentence｜>' }}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}{% endif %}"
)
CHATML_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def byte_tokenizer(template, special, eos, bos=None, adds_bos=False):
    """A tokenizer whose tokens are `special`, in order from 0, `<think>` tags, and single bytes."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + len(special),
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(["Which?"], trainer)
    made.add_tokens(["<think>", "</think>"])
    if adds_bos:
        made.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", special_tokens=[(bos, made.token_to_id(bos))]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token=eos, bos_token=bos, chat_template=template
    )


def r1_qwen():
    return byte_tokenizer(R1_TEMPLATE, [EOS, ASKED, TOLD, BOS], EOS, BOS)


def r1_llama():
    return byte_tokenizer(R1_TEMPLATE, [BOS, EOS, ASKED, TOLD], EOS, BOS, adds_bos=True)


def qwen_instruct():
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    return byte_tokenizer(CHATML_TEMPLATE, special, "<|im_end|>")


@dataclass(frozen=True)
class Family:
    """A chat and what is expected of it, by the templates' publishers.

    `prompt` is the text of the user turn "Which?" up to the reply, `end` the token that ends one,
    `unthinking` what makes a reply begin with thinking ended.
    """

    chat: Chat
    prompt: str
    end: str
    end_id: int
    unthinking: str

    def text(self, ids: list[int]) -> str:
        """Token ids as text."""
        return self.chat.tokenizer.decode(ids, clean_up_tokenization_spaces=False)


def demo() -> Family:
    chat = load_chat("demo", ModelSpec(path=str(DEMO)))
    prompt = "<|user|>\nWhich?<|end|>\n<|assistant|>\n<think>\n"
    return Family(chat, prompt, "<|end|>", 1, "\n</think>\n\n")


def r1(tokenizer: PreTrainedTokenizerFast, end_id: int) -> Family:
    prompt = f"{BOS}{ASKED}Which?{TOLD}<think>\n"
    return Family(Chat(tokenizer, "r1"), prompt, EOS, end_id, "\n</think>\n\n")


def chatml() -> Family:
    prompt = "<|im_start|>user\nWhich?<|im_end|>\n<|im_start|>assistant\n"
    return Family(Chat(qwen_instruct(), "qwen-instruct"), prompt, "<|im_end|>", 2, "")


R1 = {"r1-qwen": lambda: r1(r1_qwen(), 0), "r1-llama": lambda: r1(r1_llama(), 1)}
FAMILIES = {"demo": demo, **R1, "qwen-instruct": chatml}


@pytest.fixture(params=FAMILIES)
def family(request) -> Family:
    return FAMILIES[request.param]()


@pytest.fixture(params=R1)
def r1_family(request) -> Family:
    return R1[request.param]()


@pytest.fixture(params=["demo", *R1])
def thinking_family(request) -> Family:
    return FAMILIES[request.param]()


@pytest.fixture
def qwen_family() -> Family:
    return chatml()


@pytest.fixture
def llama_family() -> Family:
    return R1["r1-llama"]()


@pytest.fixture(name="byte_tokenizer")
def _byte_tokenizer():
    return byte_tokenizer
