"""What a model is shown before its reply, and the token that ends one."""

import json
from contextlib import suppress

import pytest
from transformers import GenerationConfig

from mores.errors import InputError
from mores.method.chat import Chat, load_chat
from mores.method.models import ModelSpec

BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
ASKED, TOLD = "<｜User｜>", "<｜Assistant｜>"
QUESTION = ({"role": "user", "content": "Which?"},)


def test_a_prompt_is_the_templates_text_up_to_the_reply(family):
    assert family.chat.prompt(QUESTION) == family.prompt


def test_earlier_replies_are_shown_without_their_thinking(r1_family):
    turns = (*QUESTION, {"role": "assistant", "content": "so\n</think>\n\n2"}, *QUESTION)
    assert r1_family.chat.prompt(turns) == (
        f"{BOS}{ASKED}Which?{TOLD}\n\n2{EOS}{ASKED}Which?{TOLD}<think>\n"
    )


def test_a_reply_ends_in_the_token_that_the_template_writes_after_it(family):
    assert family.chat.end == family.end


def test_thinking_is_left_out_as_the_model_would_end_it(family):
    assert family.chat.unthinking == family.unthinking


def test_thinking_that_a_template_knows_but_does_not_open_is_opened_and_ended(
    byte_tokenizer, qwen_family
):
    plain = qwen_family.chat.tokenizer.chat_template
    template = plain.replace("message.content", "message.content.split('</think>')[-1]")
    chat = Chat(byte_tokenizer(template, ["<|im_start|>", "<|im_end|>"], "<|im_end|>"), "hybrid")
    assert chat.unthinking == "<think>\n\n</think>\n\n"


def test_the_llama_tokenizer_of_these_tests_adds_a_bos_where_it_is_let(llama_family):
    assert llama_family.chat.tokenizer("a").tokens() == [BOS, "a"]


def test_r1_tokens_of_prompt_and_completion(r1_family):
    chat = r1_family.chat
    prompt, reply = chat.encode(chat.prompt(QUESTION), "so\n</think>\n\n2")
    tokens = chat.tokenizer.convert_ids_to_tokens
    assert tokens(prompt) == [BOS, ASKED, *"Which?", TOLD, "<think>", "Ċ"]
    assert tokens(reply) == ["s", "o", "Ċ", "</think>", "Ċ", "Ċ", "2", EOS]


def test_chatml_tokens_of_prompt_and_completion(qwen_family):
    chat = qwen_family.chat
    prompt, reply = chat.encode(chat.prompt(QUESTION), "2")
    tokens = chat.tokenizer.convert_ids_to_tokens
    user = ["<|im_start|>", *"user", "Ċ", *"Which?", "<|im_end|>", "Ċ"]
    assert tokens(prompt) == [*user, "<|im_start|>", *"assistant", "Ċ"]
    assert tokens(reply) == ["2", "<|im_end|>"]


@pytest.mark.parametrize("eos", ["<|endoftext|>", None])
def test_a_template_and_a_tokenizer_that_end_replies_differently_are_refused(
    byte_tokenizer, qwen_family, eos
):
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    template = qwen_family.chat.tokenizer.chat_template
    chat = Chat(byte_tokenizer(template, special, eos), "mixed")
    with pytest.raises(InputError, match=r"models: mixed: .*'<\|im_end\|>'.* make them agree") as e:
        chat.encode("Which?", "2")
    assert repr(eos) in str(e.value)


def test_a_template_s_end_at_which_generation_stops_is_fine_as_gemma_s_is(
    byte_tokenizer, qwen_family, tmp_path
):
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    template = qwen_family.chat.tokenizer.chat_template
    tokenizer = byte_tokenizer(template, special, "<|endoftext|>")
    tokenizer.save_pretrained(tmp_path)
    stops = tokenizer.convert_tokens_to_ids(["<|endoftext|>", "<|im_end|>"])
    GenerationConfig(eos_token_id=stops).save_pretrained(tmp_path)
    chat = load_chat("mixed", ModelSpec(path=str(tmp_path)))
    assert chat.end == "<|im_end|>"


CODE = """
from pathlib import Path
from transformers import PreTrainedTokenizerFast

class Own(PreTrainedTokenizerFast):
    pass

Path(__file__).resolve()
Path({ran!r}).touch()
"""


@pytest.mark.parametrize("trusted", [False, True])
def test_code_that_comes_with_a_model_runs_only_where_it_is_trusted(
    qwen_family, tmp_path, monkeypatch, trusted
):
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", tmp_path / "cache")
    folder, ran = tmp_path / "model", tmp_path / "ran"
    qwen_family.chat.tokenizer.save_pretrained(folder)
    (folder / "own.py").write_text(CODE.format(ran=str(ran)))
    told = json.loads((folder / "tokenizer_config.json").read_text())
    told |= {"tokenizer_class": "Own", "auto_map": {"AutoTokenizer": [None, "own.Own"]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    with suppress(InputError, ValueError):
        load_chat("own", ModelSpec(path=str(folder), trust_remote_code=trusted))
    assert ran.exists() == trusted


def test_a_model_without_a_chat_template_is_named(byte_tokenizer, tmp_path):
    byte_tokenizer(None, [EOS], EOS).save_pretrained(tmp_path)
    with pytest.raises(InputError, match=r"models: bare: .* has no chat template; add one"):
        load_chat("bare", ModelSpec(path=str(tmp_path)))
