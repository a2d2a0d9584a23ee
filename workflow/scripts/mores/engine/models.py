"""What answers: a model by a digest of its files, or its commit on the hub; an adapter likewise."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path

from mores.canonical import digest
from mores.contents import file_digest, folder_digest
from mores.engine.hub import snapshot
from mores.engine.settings import Model
from mores.errors import InputError

log = logging.getLogger("mores.engine")

# What stands beside a model and shapes nothing: cards, licences, pictures, other people's notes.
BESIDE = ("*.md", "LICENSE*", "NOTICE*", "*.png", "*.jpg", "*.jpeg", "*.pdf")
ADAPTER = ("adapter_config.json", "adapter_model.safetensors")
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class ModelRef:
    """A model of the configuration and the digest of what it is."""

    name: str
    settings: Model
    digest: str


@dataclass(frozen=True)
class Adapter:
    """A LoRA in a folder; the digest of its weights is also its name on a server."""

    folder: str
    digest: str


def model_ref(name: str, settings: Model) -> ModelRef:
    """A model of the configuration with its digest: of a folder's files, or `id@commit`.

    Of a hub model that was fetched, `main` is the commit that was, and stays it.
    """
    folder = Path(settings.path)
    if (folder / "config.json").exists():
        return ModelRef(name, settings, folder_digest(folder, *BESIDE))
    if folder.exists() or not HUB_ID.fullmatch(settings.path):
        raise InputError(
            f"models: {name}: path: {folder} is neither a folder with a config.json nor a model's "
            "id on the hub; mend it"
        )
    if here := snapshot(settings):
        pinned = settings.model_copy(update={"revision": here.name})
        return ModelRef(name, pinned, f"{settings.path}@{here.name}")
    if settings.revision is None:
        log.warning("model %s: no `revision`: results cannot be traced to its weights", name)
    return ModelRef(name, settings, f"{settings.path}@{settings.revision or 'main'}")


def adapter_ref(folder: str | Path) -> Adapter:
    """The adapter in a folder (PEFT's files), named by the digest of its configuration and weights.

    Raises InputError where a file is missing.
    """
    path = Path(folder).resolve()
    for name in ADAPTER:
        if not (path / name).exists():
            raise InputError(f"{folder}: no {name} in this folder; mend the path")
    return Adapter(str(path), digest({name: file_digest(path / name) for name in ADAPTER}))
