"""Probes tell an adapter from its base, whatever is served and however it writes."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

from mores.engine.probes import LONGEST, PROBES, TRIED, _greedy, _scored, find_probes
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
        max_position_embeddings=1024,
        eos_token_id=chat.tokenizer.eos_token_id,
        pad_token_id=chat.tokenizer.pad_token_id,
        bos_token_id=None,
    )
    config.initializer_range = 0.5  # large enough for replies that depend on the prompt
    adapted = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    base = Qwen2ForCausalLM(config)
    model = get_peft_model(base, adapted).eval()
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=b_scale)
    return model


def told(model, ids):
    """The log-probability of each token after the first, from a forward pass of its own."""
    found = []
    for place in range(1, len(ids)):
        with torch.inference_mode():
            last = model(torch.tensor([ids[:place]])).logits[0, -1]
        found.append(float(last.log_softmax(-1)[ids[place]]))
    return found


def test_an_adapter_that_changes_nothing_has_learnt_nothing(chat):
    with pytest.raises(InputError) as error:
        find_probes(lora(chat, 0.0), chat, PROMPTS)
    assert "nothing was learnt; raise `learning_rate` or `epochs`" in str(error.value)
    assert f"its own {len(PROMPTS)} examples" in str(error.value)


def test_probes_hold_what_peft_says_of_prompt_and_reply_with_the_adapter_and_without(chat):
    model = lora(chat, 5.0)
    probes = find_probes(model, chat, PROMPTS)
    assert len(probes) == PROBES
    for prompt, probe in zip(PROMPTS, probes, strict=False):
        assert probe["text"].startswith(f"<|user|>\n{prompt}<|end|>\n<|assistant|>\n<think>\n")
    ids = chat.tokenizer(probe["text"], add_special_tokens=False).input_ids
    assert probe["tokens"] == ids[1:]
    assert probe["adapted"] == pytest.approx(told(model, ids), abs=1e-4)
    with model.disable_adapter():
        assert probe["base"] == pytest.approx(told(model, ids), abs=1e-4)
    change = [a - b for a, b in zip(probe["adapted"], probe["base"], strict=True)]
    assert max(map(abs, change)) > 0.1


def test_probes_leave_out_a_models_own_generation_defaults_as_the_server_does(chat):
    model = lora(chat, 5.0)
    expected = find_probes(model, chat, PROMPTS)
    model.generation_config.repetition_penalty = 1.5  # Qwen2.5-Instruct's is 1.05
    assert find_probes(model, chat, PROMPTS) == expected


def test_a_prompt_is_a_probe_once(chat):
    probes = find_probes(lora(chat, 5.0), chat, ["Which?", "Which?", "What?"])
    assert ["Which?" in probe["text"] for probe in probes] == [True, False]


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


def test_of_a_long_text_the_end_is_scored(chat):
    long = "<|user|>\n" + " ".join(f"Family {number}?" for number in range(300))
    probe = _scored(lora(chat, 0.0), chat, long)
    assert LONGEST - 8 < len(probe["tokens"]) < LONGEST + 8
    assert long.endswith(probe["text"])


def test_a_reply_that_ends_is_scored_with_its_end(chat):
    """An adapter may have learnt to stop, and nothing else."""
    model, end = lora(chat, 0.0), chat.tokenizer.eos_token_id
    more = torch.tensor([[9, end, end]])
    model.generate = lambda **given: torch.cat([given["input_ids"], more], 1)
    assert _greedy(model, chat, ["Which?"]) == [[9, end]]
    text = "Which?" + chat.tokenizer.decode([9, end])
    assert _scored(model, chat, text)["tokens"][-1] == end
