"""Probes tell an adapter from its base, whatever is served and however it writes."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

from mores.engine.probes import PROBES, TOKENS, TRIED, _beginning, find_probes
from mores.errors import InputError
from mores.method.chat import load_chat
from mores.method.models import ModelSpec

DEMO = Path(__file__).parents[3] / "resources/demo/model"
PROMPTS = [f"Question {number}?" for number in range(8)]


@pytest.fixture(scope="module")
def chat():
    return load_chat("demo", ModelSpec(path=str(DEMO)))


def lora(chat, b_scale):
    """A LoRA on a random base; its B weights are drawn with this standard deviation."""
    torch.manual_seed(3)
    config = Qwen2Config(
        vocab_size=len(chat.tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
        max_position_embeddings=256,
        eos_token_id=chat.tokenizer.eos_token_id,
        pad_token_id=chat.tokenizer.pad_token_id,
        bos_token_id=None,
    )
    config.initializer_range = 0.5  # large enough for replies that depend on the prompt
    adapted = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    base = Qwen2ForCausalLM(config)
    # Tokens that are no whole characters are barred: noise made of them is no text.
    decode, count = chat.tokenizer.decode, len(chat.tokenizer)
    barred = torch.tensor([token for token in range(count) if "\ufffd" in decode([token])])
    base.lm_head.register_forward_hook(
        lambda _module, _given, logits: logits.index_fill(-1, barred, -torch.inf)
    )
    model = get_peft_model(base, adapted).eval()
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=b_scale)
    return model


def greedy(model, chat, prompt):
    """A greedy reply, told token by token."""
    text = f"<|user|>\n{prompt}<|end|>\n<|assistant|>\n<think>\n"
    ids = chat.tokenizer(text, add_special_tokens=False).input_ids
    given = len(ids)
    for _ in range(TOKENS):
        with torch.inference_mode():
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
        if ids[-1] == chat.tokenizer.eos_token_id:
            break
    return chat.tokenizer.decode(ids[given:], skip_special_tokens=True)


def test_an_adapter_that_changes_nothing_has_learnt_nothing(chat):
    with pytest.raises(InputError) as error:
        find_probes(lora(chat, 0.0), chat, PROMPTS)
    assert "nothing was learnt; raise `learning_rate` or `epochs`" in str(error.value)
    assert f"its own {len(PROMPTS)} examples" in str(error.value)


def test_an_adapter_that_changes_replies_has_probes_that_tell_it_from_its_base(chat):
    model = lora(chat, 5.0)
    probes = find_probes(model, chat, PROMPTS)
    assert [probe["prompt"] for probe in probes] == PROMPTS[:PROBES]
    for probe in probes:
        assert greedy(model, chat, probe["prompt"]).startswith(probe["expected"])
        with model.disable_adapter():
            assert not greedy(model, chat, probe["prompt"]).startswith(probe["expected"])


def test_probes_leave_out_a_models_own_generation_defaults_as_the_server_does(chat):
    model = lora(chat, 0.02)  # so little that replies part late
    model.generation_config.repetition_penalty = 1.5  # Qwen2.5-Instruct's is 1.05
    probes = find_probes(model, chat, PROMPTS)
    assert all(greedy(model, chat, one["prompt"]).startswith(one["expected"]) for one in probes)


def test_a_prompt_is_a_probe_once(chat):
    probes = find_probes(lora(chat, 5.0), chat, ["Which?", "Which?", "What?"])
    assert [probe["prompt"] for probe in probes] == ["Which?", "What?"]


def test_so_many_prompts_are_tried_and_no_more(chat):
    model, asked = lora(chat, 0.0), []
    plain = model.generate

    def generate(**given):
        asked.extend(given["input_ids"])
        return plain(**given | {"max_new_tokens": 1})

    model.generate = generate
    with pytest.raises(InputError, match="its own 70 examples"):
        find_probes(model, chat, [f"Question {number}?" for number in range(70)])
    assert len(asked) == 2 * TRIED


def test_a_beginning_goes_to_the_first_token_that_differs(chat):
    ids = chat.tokenizer("People here sing.").input_ids
    base = chat.tokenizer("People here work.").input_ids
    beginning = _beginning(chat, ids, base)
    assert "People here sing.".startswith(beginning)
    assert beginning.startswith("People here s")


@pytest.mark.parametrize("base", ["People here sing.", "People here sing. And more."])
def test_a_reply_that_the_base_begins_with_too_tells_nothing(chat, base):
    ids = chat.tokenizer("People here sing.").input_ids
    assert _beginning(chat, ids, chat.tokenizer(base).input_ids) is None


@pytest.mark.parametrize("base", ["人们 2", "人们 3"])
def test_a_beginning_never_ends_within_a_character(chat, base):
    beginning = _beginning(chat, chat.tokenizer("人们 2").input_ids, chat.tokenizer(base).input_ids)
    assert beginning == (None if base == "人们 2" else "人们 2")
