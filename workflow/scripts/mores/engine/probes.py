"""Probes: prompts on which an adapter is told from its base, found as soon as it is trained."""

from typing import TYPE_CHECKING

from mores.errors import InputError
from mores.method.chat import Chat

if TYPE_CHECKING:
    from peft import PeftModel

PROBES = 4  # prompts on which an adapter is told from its base
TRIED = 64  # prompts tried to find them
HALF = "\ufffd"  # what half a character decodes to
TOKENS = 32  # greedy tokens within which the two must part


def find_probes(trained: "PeftModel", chat: Chat, prompts: list[str]) -> list[dict[str, str]]:
    """Prompts whose greedy reply the adapter changes: `prompt`, and `expected`, how it begins.

    `expected` goes to the first token at which the base's reply differs, so that a server whose
    reply begins with it has the adapter at work. Raises InputError where the adapter changes
    no greedy reply: it would be dead however it is served.
    """
    from transformers import GenerationConfig

    # The model's own defaults (a repetition penalty, say) do not count on a server of mores either.
    trained.generation_config = GenerationConfig(
        eos_token_id=chat.tokenizer.eos_token_id, pad_token_id=chat.tokenizer.pad_token_id
    )
    probes = []
    for prompt in list(dict.fromkeys(prompts))[:TRIED]:
        adapted = _greedy(trained, chat, prompt)
        with trained.disable_adapter():
            base = _greedy(trained, chat, prompt)
        expected = _beginning(chat, adapted, base)
        if expected is not None:
            probes.append({"prompt": prompt, "expected": expected})
        if len(probes) == PROBES:
            return probes
    if not probes:
        raise InputError(
            f"tunings: after training the model begins every reply to its own {len(prompts)} "
            f"examples as before ({TOKENS} tokens, greedy): nothing was learnt; raise "
            "`learning_rate` or `epochs`"
        )
    return probes


def _beginning(chat: Chat, adapted: list[int], base: list[int]) -> str | None:
    """The shortest beginning of the adapted reply that the base's reply does not have."""
    base_text = chat.tokenizer.decode(base, skip_special_tokens=True)
    for length in range(1, len(adapted) + 1):
        beginning = chat.tokenizer.decode(adapted[:length], skip_special_tokens=True)
        half = beginning.endswith(HALF)  # the rest of the character comes with the next token
        if not half and not base_text.startswith(beginning):
            return beginning
    return None


def _greedy(model: "PeftModel", chat: Chat, prompt: str) -> list[int]:
    import torch

    text = chat.prompt(({"role": "user", "content": prompt},))
    inputs = chat.tokenizer(text, add_special_tokens=False, return_tensors="pt").to(model.device)
    with torch.inference_mode():
        out = model.generate(**inputs, max_new_tokens=TOKENS, do_sample=False)
    return out[0, inputs["input_ids"].shape[1] :].tolist()
