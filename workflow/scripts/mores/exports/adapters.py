"""Adapters as the hub takes them: PEFT's folder with a card of what they scored."""

import re
from pathlib import Path

from mores.method.adapters import Publishing, publish_adapter
from mores.rows import Folder

HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


def hub_adapter(spec: Publishing, adapter: Path, scores: str) -> Folder:
    """The adapter's files and its card, which names a base model only where the hub may have it.

    `scores` is the table. Raises InputError where it lacks the adapter's rows.
    """
    from huggingface_hub import ModelCard

    made = publish_adapter(spec, adapter, scores)
    card = ModelCard(made.texts["README.md"])
    base = str(card.data["base_model"])
    if Path(base).is_dir() or not HUB_ID.fullmatch(base):  # the hub refuses a card with a path
        card.data.pop("base_model")
    card.data["pipeline_tag"] = "text-generation"
    return Folder(made.copy_of, {"README.md": str(card)})
