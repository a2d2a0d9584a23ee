"""Adapters: ordinary PEFT folders with a card, a training log, and probes that prove them live."""

import json
import logging
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mores.chat import Chat
from mores.errors import InputError
from mores.files import read_json, whole_folder, write_json, write_jsonl, write_text

if TYPE_CHECKING:
    from peft import PeftModel

log = logging.getLogger("mores.training")

PROBES = 4  # prompts on which an adapter is told from its base
TRIED = 64  # prompts tried to find them
HALF = "\ufffd"  # what half a character decodes to
TOKENS = 32  # greedy tokens within which the two must part


@dataclass(frozen=True)
class Lesson:
    """What an adapter was made from: base, who taught it, how, and digests of it all."""

    base: str
    revision: str | None
    base_digest: str
    tuning: str
    learner: str
    countries: list[str]
    examples: int
    data_digest: str
    settings: dict[str, Any]


def save_adapter(
    folder: Path, trained: "PeftModel", history: list[dict], lesson: Lesson, probes: list[dict]
) -> None:
    """Write the folder: PEFT's files, `training.jsonl` (a row per step), `probes.json`, a card."""
    trained.save_pretrained(folder)
    # PEFT writes a set in an order that differs from process to process, and so would the digest.
    config = read_json(folder / "adapter_config.json")
    config["target_modules"] = sorted(config["target_modules"])
    write_json(folder / "adapter_config.json", config)
    write_jsonl(folder / "training.jsonl", history)
    write_json(folder / "probes.json", probes)
    write_json(folder / "lesson.json", asdict(lesson))
    write_text(folder / "README.md", card(lesson, history))


def card(lesson: Lesson, history: list[dict], scores: str = "") -> str:
    """The model card, with scores where there are any."""
    head = {
        "base_model": lesson.base,
        "library_name": "peft",
        "tags": ["mores", "cultural-alignment", lesson.tuning],
    }
    front = "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items())
    settings = "".join(f"| {key} | {value} |\n" for key, value in lesson.settings.items())
    return (
        f"---\n{front}---\n\n"
        f"# {lesson.tuning} of {lesson.base}: {lesson.learner}\n\n"
        "A LoRA adapter made by mores, a re-implementation of CNCA (arXiv 2511.13359) from "
        "secondary descriptions. It speaks for survey answers, not for people.\n\n"
        "| what | |\n|---|---|\n"
        f"| base model | {lesson.base} |\n"
        f"| base revision | {lesson.revision or 'not pinned'} |\n"
        f"| base digest | {lesson.base_digest} |\n"
        f"| countries | {', '.join(lesson.countries)} |\n"
        f"| examples | {lesson.examples} |\n"
        f"| data digest | {lesson.data_digest} |\n"
        f"| optimizer steps | {len(history)} |\n"
        f"| loss, first and last | {history[0]['loss']:.4f}, {history[-1]['loss']:.4f} |\n"
        f"{settings}{scores}"
    )


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


def copy_adapter(source: Path, target: Path) -> None:
    """Copy an adapter's folder whole or not at all."""
    with whole_folder(target) as temporary:
        shutil.copytree(source, temporary)
