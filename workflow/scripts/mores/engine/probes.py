"""Probes: fixed texts on which an adapter is told from its base, found as soon as it is trained."""

from typing import TYPE_CHECKING, Any

from mores.errors import InputError
from mores.method.chat import Chat

if TYPE_CHECKING:
    from peft import PeftModel

PROBES = 4  # prompts on which an adapter is told from its base
TRIED = 64  # prompts tried to find them,
AT_ONCE = 8  # so many in a batch
TOKENS = 32  # greedy tokens within which the two must part
LONGEST = 512  # tokens of a probe: a server has the chances of all words after each in memory
DIGITS = 6  # of a log-probability


def find_probes(trained: "PeftModel", chat: Chat, prompts: list[str]) -> list[dict[str, Any]]:
    """Prompts whose greedy reply the adapter changes, with that reply, and what PEFT says of them.

    `text` is the prompt as the chat template writes it, and the reply; `tokens` are its ids after
    the first, `base` and `adapted` their log-probabilities in nats, without the adapter and with
    it. Raises InputError where the adapter changes no greedy reply: it would be dead however it is
    served.
    """
    from transformers import GenerationConfig

    # The model's own defaults (a repetition penalty, say) do not count on a server of mores either.
    trained.generation_config = GenerationConfig(
        eos_token_id=chat.tokenizer.eos_token_id, pad_token_id=chat.tokenizer.eos_token_id
    )
    tried, probes = list(dict.fromkeys(prompts))[:TRIED], []
    for first in range(0, len(tried), AT_ONCE):
        texts = [_asked(chat, prompt) for prompt in tried[first : first + AT_ONCE]]
        adapted = _greedy(trained, chat, texts)
        with trained.disable_adapter():
            base = _greedy(trained, chat, texts)
        for text, *replies in zip(texts, adapted, base, strict=True):
            if replies[0] != replies[1]:
                probes.append(_scored(trained, chat, text + chat.tokenizer.decode(replies[0])))
        if len(probes) >= PROBES:
            break
    if not probes:
        raise InputError(
            f"tunings: after training the model begins every reply to its own {len(prompts)} "
            f"examples as before ({TOKENS} tokens, greedy): nothing was learnt; raise "
            "`learning_rate` or `epochs`"
        )
    return probes[:PROBES]


def _asked(chat: Chat, prompt: str) -> str:
    return chat.prompt(({"role": "user", "content": prompt},))


def _scored(trained: "PeftModel", chat: Chat, text: str) -> dict[str, Any]:
    """A probe of a text, or of its end. Its tokens need not be those that were sampled."""
    ids = _ids(chat, text)
    if len(ids) > LONGEST:
        text = chat.tokenizer.decode(ids[-LONGEST:])
        ids = _ids(chat, text)
    adapted = _logprobs(trained, ids)
    with trained.disable_adapter():
        base = _logprobs(trained, ids)
    return {"text": text, "tokens": ids[1:], "base": base, "adapted": adapted}


def _ids(chat: Chat, text: str) -> list[int]:
    return chat.tokenizer(text, add_special_tokens=False).input_ids


def _logprobs(model: "PeftModel", ids: list[int]) -> list[float]:
    """Of each token after the first the log-probability, in nats."""
    import torch

    given = torch.tensor([ids], device=model.device)
    with torch.inference_mode():
        likely = model(input_ids=given).logits[0, :-1].float().log_softmax(-1)
    found = likely.gather(1, given[0, 1:, None])[:, 0]
    return [round(one, DIGITS) for one in found.tolist()]


def _greedy(model: "PeftModel", chat: Chat, texts: list[str]) -> list[list[int]]:
    """The tokens of the reply to each text, its end with them; texts are padded on the left."""
    import torch

    ids = [_ids(chat, text) for text in texts]
    width, end = max(map(len, ids)), chat.tokenizer.eos_token_id
    padded = [[end] * (width - len(one)) + one for one in ids]
    mask = [[0] * (width - len(one)) + [1] * len(one) for one in ids]
    given = torch.tensor(padded, device=model.device), torch.tensor(mask, device=model.device)
    with torch.inference_mode():
        out = model.generate(
            input_ids=given[0], attention_mask=given[1], max_new_tokens=TOKENS, do_sample=False
        )
    replies = out[:, width:].tolist()
    return [one[: one.index(end) + 1] if end in one else one for one in replies]
