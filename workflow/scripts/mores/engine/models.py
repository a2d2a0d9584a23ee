"""What a model is: a digest of its files, or its commit on the hub."""

import logging
import re
from pathlib import Path

from mores.config import Model
from mores.digests import folder_digest
from mores.engine.requests import Adapter, ModelRef
from mores.errors import InputError

log = logging.getLogger("mores.engine")

# Files a server reads; a card or a licence beside them changes no answer.
KINDS = {".safetensors", ".bin", ".json", ".jinja", ".model", ".txt", ".tiktoken"}
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


def model_ref(name: str, settings: Model) -> ModelRef:
    """A model of the configuration with its digest: of a folder's files, or `id@revision`."""
    folder = Path(settings.path)
    if (folder / "config.json").exists():
        return ModelRef(name, settings, folder_digest(folder, KINDS))
    if folder.exists() or not HUB_ID.fullmatch(settings.path):
        raise InputError(
            f"models: {name}: path: {folder} is neither a folder with a config.json nor a model's "
            "id on the hub; mend it"
        )
    if settings.revision is None:
        log.warning("model %s: no `revision`: results cannot be traced to its weights", name)
    return ModelRef(name, settings, f"{settings.path}@{settings.revision or 'main'}")


def adapter_ref(folder: str | Path) -> Adapter:
    """The adapter in a folder (PEFT's files), named by the digest of its content."""
    path = Path(folder).resolve()
    if not (path / "adapter_config.json").exists():
        raise InputError(f"{folder}: no adapter_config.json in this folder; mend the path")
    return Adapter(str(path), folder_digest(path, KINDS))
