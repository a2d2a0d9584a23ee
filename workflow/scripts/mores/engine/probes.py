"""Probes: prompts on which an adapter is told from its base, found as soon as it is trained."""

from typing import TYPE_CHECKING

from mores.errors import InputError
from mores.method.chat import Chat

if TYPE_CHECKING:
    from peft import PeftModel

PROBES = 4  # prompts on which an adapter is told from its base
TRIED = 64  # prompts tried to find them,
AT_ONCE = 8  # so many in a batch
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
        eos_token_id=chat.tokenizer.eos_token_id, pad_token_id=chat.tokenizer.eos_token_id
    )
    tried, probes = list(dict.fromkeys(prompts))[:TRIED], []
    for first in range(0, len(tried), AT_ONCE):
        some = tried[first : first + AT_ONCE]
        adapted = _greedy(trained, chat, some)
        with trained.disable_adapter():
            base = _greedy(trained, chat, some)
        for prompt, *replies in zip(some, adapted, base, strict=True):
            if (expected := _beginning(chat, *replies)) is not None:
                probes.append({"prompt": prompt, "expected": expected})
        if len(probes) >= PROBES:
            break
    if not probes:
        raise InputError(
            f"tunings: after training the model begins every reply to its own {len(prompts)} "
            f"examples as before ({TOKENS} tokens, greedy): nothing was learnt; raise "
            "`learning_rate` or `epochs`"
        )
    return probes[:PROBES]


def _beginning(chat: Chat, adapted: list[int], base: list[int]) -> str | None:
    """The shortest beginning of the adapted reply that the base's reply does not have."""
    base_text = chat.tokenizer.decode(base, skip_special_tokens=True)
    for length in range(1, len(adapted) + 1):
        beginning = chat.tokenizer.decode(adapted[:length], skip_special_tokens=True)
        half = beginning.endswith(HALF)  # the rest of the character comes with the next token
        if not half and not base_text.startswith(beginning):
            return beginning
    return None


def _greedy(model: "PeftModel", chat: Chat, prompts: list[str]) -> list[list[int]]:
    """The tokens of the reply to each prompt, as far as its end; prompts are padded on the left."""
    import torch

    texts = [chat.prompt(({"role": "user", "content": prompt},)) for prompt in prompts]
    ids = [chat.tokenizer(text, add_special_tokens=False).input_ids for text in texts]
    width, end = max(map(len, ids)), chat.tokenizer.eos_token_id
    padded = [[end] * (width - len(one)) + one for one in ids]
    mask = [[0] * (width - len(one)) + [1] * len(one) for one in ids]
    given = torch.tensor(padded, device=model.device), torch.tensor(mask, device=model.device)
    with torch.inference_mode():
        out = model.generate(
            input_ids=given[0], attention_mask=given[1], max_new_tokens=TOKENS, do_sample=False
        )
    replies = out[:, width:].tolist()
    return [one[: one.index(end)] if end in one else one for one in replies]
