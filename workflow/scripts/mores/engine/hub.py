"""Models of the Hugging Face hub: fetched before a run, once, and from then on the commit here.

A download of 30 GB in a server's start would count as its start, and several jobs would begin one
each. So servers and jobs take what lies in the hub's cache and ask no network; `snakemake fetch`
puts it there.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mores.engine.locks import holding
from mores.errors import InputError
from mores.method.models import ModelSpec
from mores.rows import read_json

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

COMMIT = re.compile(r"[0-9a-f]{40}")
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
# Other forms of the same weights, which nothing here loads.
OTHERS = ["original/*", "*.pth", "*.gguf", "*.onnx", "*.h5", "*.msgpack", "*.ot"]


def cache() -> Path:
    """The hub's cache on this host, where its own library looks for it."""
    if named := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(named).expanduser()
    home = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface"
    return Path(os.environ.get("HF_HOME", home)).expanduser() / "hub"


def snapshot(model: ModelSpec) -> Path | None:
    """The folder of a hub model's files, named by their commit; None unless all are here."""
    home, wanted = cache() / f"models--{model.path.replace('/', '--')}", model.revision or "main"
    if not COMMIT.fullmatch(wanted):
        noted = home / "refs" / wanted
        wanted = noted.read_text(encoding="utf-8").strip() if noted.is_file() else ""
    folder = home / "snapshots" / wanted
    return folder if wanted and is_whole(folder) else None


def is_whole(folder: Path) -> bool:
    """Whether a model's files are all there: a download may have been stopped."""
    if not (folder / "config.json").exists():
        return False
    if (folder / INDEX).exists():
        shards = set(read_json(folder / INDEX)["weight_map"].values())
        return all((folder / one).exists() for one in shards)
    return (folder / WEIGHTS).exists() or any(folder.glob("*.bin"))


def fetch(name: str, model: ModelSpec) -> Path:
    """Download a hub model, or what is missing of it; its folder. Others wait meanwhile.

    Raises InputError where it cannot be had, with the mend.
    """
    from huggingface_hub import HfApi, errors, snapshot_download

    with holding(cache() / f".mores-{model.path.replace('/', '--')}.lock"):
        if found := snapshot(model):
            return found
        try:
            info = HfApi().model_info(model.path, revision=model.revision)
            left = OTHERS + (["*.bin"] if _has_safetensors(info) else [])
            told = snapshot_download(model.path, revision=model.revision, ignore_patterns=left)
        except errors.GatedRepoError:
            why = "is gated: accept its terms on its page on the hub, then export HF_TOKEN"
        except errors.RepositoryNotFoundError:
            why = "is not on the hub, or private: mend the id, or export HF_TOKEN"
        except errors.RevisionNotFoundError:
            why = f"has no revision {model.revision}; mend it"
        except (errors.HfHubHTTPError, errors.OfflineModeIsEnabled, OSError, ValueError) as error:
            why = f"cannot be fetched ({str(error).strip().splitlines()[0]}); run it again"
        else:
            if is_whole(Path(told)):
                return Path(told)
            why = "has no weights that are loaded here (safetensors, or .bin)"
    raise InputError(f"models: {name}: path: {model.path} {why}")


def _has_safetensors(info: "ModelInfo") -> bool:
    return any(one.rfilename in (WEIGHTS, INDEX) for one in info.siblings or [])
