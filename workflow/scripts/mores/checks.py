"""What is wrong with a configuration beyond its form, told before any job starts."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from mores.errors import InputError
from mores.settings import Settings

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
TEMPLATES = ("low_norm", "high_norm", "answer")


def check(settings: Settings) -> None:
    """Raise one InputError that lists every file, endpoint or country that a run would miss."""
    faults = [
        *_files(settings),
        *_models(settings),
        *_methods(settings),
        *_endpoints(settings),
    ]
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise InputError(f"the configuration has {len(faults)} fault(s):\n{listed}")


def _files(settings: Settings) -> Iterator[str]:
    config = settings.config
    for key, path in {"survey.path": config.survey.path, "survey.bank": config.survey.bank}.items():
        if not Path(path).is_file():
            yield f"{key}: no file {path}; check the path"
    for name in TEMPLATES:
        if not Path(config.prompts, f"{name}.j2").is_file():
            yield f"prompts: no template {name}.j2 in {config.prompts}; add it or check the path"


def _models(settings: Settings) -> Iterator[str]:
    for name, model in settings.config.models.items():
        folder = Path(model.path)
        if folder.is_dir():
            if not (folder / "config.json").is_file():
                yield f"models.{name}.path: {folder} holds no model (no config.json in it)"
        elif not HUB_ID.fullmatch(model.path):
            yield f"models.{name}.path: no folder {folder}, nor is that the id of a hub model"


def _methods(settings: Settings) -> Iterator[str]:
    for name, method in settings.config.methods.items():
        if method.norm_country == "random" and method.norms is None:
            yield f"methods.{name}.norm_country: whose norms? add `norms`, say `norms: top1`"
        if method.norm_country == "random" and len(settings.pool) < 2:
            yield f"methods.{name}.norm_country: no other country to draw; add to `countries`"


def _endpoints(settings: Settings) -> Iterator[str]:
    engine = settings.config.engine
    if engine.launcher != "endpoint":
        return
    for name in settings.config.models:
        entry = engine.endpoints.get(name)
        if entry is None:
            yield f"engine.endpoints: no entry for model {name}; add its url and served_model"
        elif entry.key_variable and entry.key_variable not in os.environ:
            yield (
                f"engine.endpoints.{name}.key_variable: the environment has no "
                f"{entry.key_variable}; export it"
            )
