"""The demo model: a small Qwen2 and its tokenizer, trained from nothing on the demo's dialogues."""

import math
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mores.demo.dialogues import Dialogue, Writer

if TYPE_CHECKING:
    import torch
    from transformers import Qwen2ForCausalLM, Qwen2Tokenizer

END = "<|end|>"
PAD = "<|endoftext|>"  # one that Qwen2 tokenizers have in any case
TURNS = ("<|user|>", "<|assistant|>")
# R1's manner: the generation prompt opens the thinking.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message.role + '|>\\n' + message.content }}"
    "{% if not (loop.last and continue_final_message|default(false)) %}<|end|>{% endif %}"
    "{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n<think>\n{% endif %}"
)


@dataclass(frozen=True)
class Recipe:
    """What the demo model is made from, beside prompts and banks."""

    seed: int = 7
    vocabulary: int = 1024
    hidden: int = 128
    layers: int = 4
    context: int = 2048
    steps: int = 3200
    batch: int = 32
    learning_rate: float = 3e-3
    threads: int = 2


def train_tokenizer(dialogues: list[Dialogue], recipe: Recipe) -> "Qwen2Tokenizer":
    """A byte-level BPE tokenizer of the dialogues' text, parted as Qwen2 parts text.

    Whatever a folder says, `transformers` loads the tokenizer of a Qwen2 as Qwen2's, with its way
    of parting: training in another would teach tokens that no server gives.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import AutoTokenizer, Qwen2Tokenizer

    blank = Qwen2Tokenizer()._tokenizer
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = blank.normalizer
    tokenizer.pre_tokenizer = blank.pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=recipe.vocabulary,
        special_tokens=[PAD, END, *TURNS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [f"{d.messages[0]['content']}\n{d.opening}{d.reply}" for d in dialogues]
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens(["<think>", "</think>"])  # not special: servers must not strip them
    learnt = Qwen2Tokenizer(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        unk_token=None,
        chat_template=CHAT_TEMPLATE,
    )
    with tempfile.TemporaryDirectory() as folder:  # what is saved is what a server loads
        new_model(learnt, recipe).config.save_pretrained(folder)
        learnt.save_pretrained(folder)
        return AutoTokenizer.from_pretrained(folder)


def new_model(tokenizer: "Qwen2Tokenizer", recipe: Recipe) -> "Qwen2ForCausalLM":
    """A Qwen2 with random weights; heads of 32, the smallest size that CPU attention takes."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    heads = recipe.hidden // 32
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(tokenizer),
            hidden_size=recipe.hidden,
            intermediate_size=3 * recipe.hidden,
            num_hidden_layers=recipe.layers,
            num_attention_heads=heads,
            num_key_value_heads=heads,
            max_position_embeddings=recipe.context,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            dtype="float32",
        )
    )


def train(writer: Writer, recipe: Recipe, report=print) -> tuple:
    """Train tokenizer and model from the recipe's seed; returns both. CPU, float32."""
    import torch

    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(True)
    tokenizer = train_tokenizer([writer.draw() for _ in range(6000)], recipe)
    model = new_model(tokenizer, recipe).train()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.98), weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, recipe.steps))
    for step, (tokens, labels) in enumerate(_batches(writer, tokenizer, recipe), start=1):
        loss = _loss(model, tokens, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 50 == 0:
            report(f"step {step}/{recipe.steps}: loss {loss.item():.4f}")
    return tokenizer, model.eval()


def _rate(step: int, steps: int) -> float:
    """5 % warm-up, then a cosine down to a twentieth."""
    warm = 0.05 * steps
    if step < warm:
        return (step + 1) / warm
    return 0.05 + 0.95 * (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2


def _loss(model: "Qwen2ForCausalLM", tokens: "torch.Tensor", labels: "torch.Tensor"):
    """Mean cross-entropy of the replies; only their positions go through the output layer."""
    import torch

    hidden = model.model(input_ids=tokens).last_hidden_state[:, :-1]
    wanted = labels[:, 1:]
    picked = wanted != -100
    return torch.nn.functional.cross_entropy(model.lm_head(hidden[picked]), wanted[picked])


def _batches(
    writer: Writer, tokenizer: "Qwen2Tokenizer", recipe: Recipe
) -> Iterator[tuple["torch.Tensor", "torch.Tensor"]]:
    """Batches of dialogues of about the same length, in random order."""
    order = random.Random(recipe.seed)
    pool: list[list[tuple[list[int], int]]] = []
    for _ in range(recipe.steps):
        if not pool:
            encoded = [encode(writer.draw(), tokenizer) for _ in range(recipe.batch * 16)]
            encoded.sort(key=lambda pair: len(pair[0]))
            pool = [encoded[i : i + recipe.batch] for i in range(0, len(encoded), recipe.batch)]
            order.shuffle(pool)
        yield _pad(pool.pop(), tokenizer.pad_token_id)


def encode(dialogue: Dialogue, tokenizer: "Qwen2Tokenizer") -> tuple[list[int], int]:
    """Token ids of a whole dialogue, and how many of them are given: the prompt, the opening."""
    prompt = tokenizer.apply_chat_template(
        list(dialogue.messages), add_generation_prompt=True, tokenize=False
    )
    prompt += dialogue.opening
    ids = tokenizer(prompt, add_special_tokens=False).input_ids
    reply = tokenizer(dialogue.reply + END, add_special_tokens=False).input_ids
    return ids + reply, len(ids)


def _pad(rows: list[tuple[list[int], int]], pad: int) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Right-padded tokens and labels, batch x length; prompts and padding are -100 in labels."""
    import torch

    length = max(len(ids) for ids, _ in rows)
    tokens = torch.full((len(rows), length), pad)
    labels = torch.full((len(rows), length), -100)
    for row, (ids, prompt) in enumerate(rows):
        tokens[row, : len(ids)] = torch.tensor(ids)
        labels[row, prompt : len(ids)] = torch.tensor(ids[prompt:])
    return tokens, labels


def save(tokenizer: "Qwen2Tokenizer", model: "Qwen2ForCausalLM", folder: Path) -> None:
    """Write an ordinary Hugging Face folder: config, safetensors, tokenizer with chat template."""
    model.generation_config.do_sample = True
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
