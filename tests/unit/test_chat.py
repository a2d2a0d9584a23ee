"""Golden prompts: what a model is shown, what it is taught, and the token that ends its reply."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from mores.chat import Chat, load_chat
from mores.config import Model
from mores.errors import InputError
from mores.training.data import preference_row, supervised_row

DEMO = Path(__file__).parents[2] / "resources/demo/model"
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
QUESTION = ({"role": "user", "content": "Which?"},)


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


MAKERS = {"r1-qwen": r1_qwen, "r1-llama": r1_llama, "qwen-instruct": qwen_instruct}
PROMPTS = {
    "demo": "<|user|>\nWhich?<|end|>\n<|assistant|>\n<think>\n",
    "r1-qwen": f"{BOS}{ASKED}Which?{TOLD}<think>\n",
    "r1-llama": f"{BOS}{ASKED}Which?{TOLD}<think>\n",
    "qwen-instruct": "<|im_start|>user\nWhich?<|im_end|>\n<|im_start|>assistant\n",
}
ENDS = {"demo": "<|end|>", "r1-qwen": EOS, "r1-llama": EOS, "qwen-instruct": "<|im_end|>"}
END_IDS = {"demo": 1, "r1-qwen": 0, "r1-llama": 1, "qwen-instruct": 2}
UNTHINKING = {
    "demo": "\n</think>\n\n",
    "r1-qwen": "\n</think>\n\n",
    "r1-llama": "\n</think>\n\n",
    "qwen-instruct": "",
}
R1 = ["r1-qwen", "r1-llama"]


def make(name):
    return load_chat(name, Model(path=str(DEMO))) if name == "demo" else Chat(MAKERS[name](), name)


def text_of(chat, ids):
    return chat.tokenizer.decode(ids, clean_up_tokenization_spaces=False)


def parts(row):
    """The token ids of a row that the loss leaves out, and those that it covers."""
    on = sum(row["completion_mask"])
    assert row["completion_mask"] == [0] * (len(row["input_ids"]) - on) + [1] * on
    return row["input_ids"][:-on], row["input_ids"][-on:]


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_is_the_templates_text_up_to_the_reply(name):
    assert make(name).prompt(QUESTION) == PROMPTS[name]


@pytest.mark.parametrize("name", R1)
def test_earlier_replies_are_shown_without_their_thinking(name):
    turns = (*QUESTION, {"role": "assistant", "content": "so\n</think>\n\n2"}, *QUESTION)
    assert make(name).prompt(turns) == (
        f"{BOS}{ASKED}Which?{TOLD}\n\n2{EOS}{ASKED}Which?{TOLD}<think>\n"
    )


@pytest.mark.parametrize("name", ENDS)
def test_a_reply_ends_in_the_token_that_the_template_writes_after_it(name):
    assert make(name).end == ENDS[name]


@pytest.mark.parametrize("name", UNTHINKING)
def test_thinking_is_left_out_as_the_model_would_end_it(name):
    assert make(name).unthinking == UNTHINKING[name]


def test_thinking_that_a_template_knows_but_does_not_open_is_opened_and_ended():
    template = CHATML_TEMPLATE.replace("message.content", "message.content.split('</think>')[-1]")
    chat = Chat(byte_tokenizer(template, ["<|im_start|>", "<|im_end|>"], "<|im_end|>"), "hybrid")
    assert chat.unthinking == "<think>\n\n</think>\n\n"


def test_the_llama_tokenizer_of_these_tests_adds_a_bos_where_it_is_let():
    assert make("r1-llama").tokenizer("a").tokens() == [BOS, "a"]


@pytest.mark.parametrize("name", R1)
def test_r1_tokens_of_prompt_and_completion(name):
    chat = make(name)
    prompt, reply = chat.encode(chat.prompt(QUESTION), "so\n</think>\n\n2")
    tokens = chat.tokenizer.convert_ids_to_tokens
    assert tokens(prompt) == [BOS, ASKED, *"Which?", TOLD, "<think>", "Ċ"]
    assert tokens(reply) == ["s", "o", "Ċ", "</think>", "Ċ", "Ċ", "2", EOS]


def test_chatml_tokens_of_prompt_and_completion():
    chat = make("qwen-instruct")
    prompt, reply = chat.encode(chat.prompt(QUESTION), "2")
    tokens = chat.tokenizer.convert_ids_to_tokens
    user = ["<|im_start|>", *"user", "Ċ", *"Which?", "<|im_end|>", "Ċ"]
    assert tokens(prompt) == [*user, "<|im_start|>", *"assistant", "Ċ"]
    assert tokens(reply) == ["2", "<|im_end|>"]


@pytest.mark.parametrize("name", PROMPTS)
def test_the_loss_covers_the_completion_and_the_token_that_ends_it(name):
    chat, completion = make(name), "they sing\n</think>\n\n2"
    row = supervised_row(chat, {"prompt": "Which?", "completion": completion})
    prompt, reply = parts(row)
    assert text_of(chat, prompt) == PROMPTS[name]
    assert text_of(chat, reply) == completion + ENDS[name]
    assert reply[-1] == END_IDS[name] == chat.tokenizer.eos_token_id
    assert row["input_ids"].count(END_IDS[name]) == PROMPTS[name].count(ENDS[name]) + 1


@pytest.mark.parametrize("name", ["demo", *R1])
def test_thinking_that_a_server_gave_apart_is_opened_once_when_taught(name):
    # What read_completion makes of a reasoning parser's `reasoning_content`.
    chat, completion = make(name), "<think>\nthey sing\n</think>\n2"
    row = supervised_row(chat, {"prompt": "Which?", "completion": completion})
    assert text_of(chat, row["input_ids"]).count("<think>") == 1


@pytest.mark.parametrize("name", PROMPTS)
def test_a_bare_answer_follows_thinking_ended_at_once(name):
    chat = make(name)
    prompt, reply = parts(supervised_row(chat, {"prompt": "Which?", "answer": "2"}))
    assert text_of(chat, prompt) == PROMPTS[name]
    assert text_of(chat, reply) == UNTHINKING[name] + "2" + ENDS[name]


@pytest.mark.parametrize("name", PROMPTS)
def test_both_replies_of_a_pair_follow_one_prompt_and_end(name):
    chat = make(name)
    pair = {"prompt": "Which?", "chosen": "so\n</think>\n\n2", "rejected": "no\n</think>\n\n3"}
    row = preference_row(chat, pair)
    assert text_of(chat, row["prompt_ids"]) == PROMPTS[name]
    assert text_of(chat, row["chosen_ids"]) == pair["chosen"] + ENDS[name]
    assert text_of(chat, row["rejected_ids"]) == pair["rejected"] + ENDS[name]
    assert row["chosen_ids"][-1] == row["rejected_ids"][-1] == END_IDS[name]


@pytest.mark.parametrize("name", R1)
def test_a_sequence_begins_with_one_bos(name):
    chat = make(name)
    bos = chat.tokenizer.bos_token_id
    taught = supervised_row(chat, {"prompt": "Which?", "completion": "2"})["input_ids"]
    pair = preference_row(chat, {"prompt": "Which?", "chosen": "2", "rejected": "3"})
    assert (taught[0], taught.count(bos)) == (bos, 1)
    assert (pair["prompt_ids"][0], pair["prompt_ids"].count(bos)) == (bos, 1)
    assert bos not in pair["chosen_ids"] + pair["rejected_ids"]


@pytest.mark.parametrize("eos", ["<|endoftext|>", None])
def test_a_template_and_a_tokenizer_that_end_replies_differently_are_refused(eos):
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    chat = Chat(byte_tokenizer(CHATML_TEMPLATE, special, eos), "mixed")
    with pytest.raises(InputError, match=r"models: mixed: .*'<\|im_end\|>'.* make them agree") as e:
        chat.encode("Which?", "2")
    assert repr(eos) in str(e.value)


def test_a_model_without_a_chat_template_is_named(tmp_path):
    byte_tokenizer(None, [EOS], EOS).save_pretrained(tmp_path)
    with pytest.raises(InputError, match=r"models: bare: .* has no chat template; add one"):
        load_chat("bare", Model(path=str(tmp_path)))
