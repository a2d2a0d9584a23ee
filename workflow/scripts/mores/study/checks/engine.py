"""How the work is done: the server's arguments, endpoints, where training reports to."""

import importlib.util
import os
from collections.abc import Iterator

from mores.engine.arguments import check_server_args
from mores.errors import InputError
from mores.study.settings import Settings

REPORTERS = {"trackio": "trackio", "wandb": "wandb", "tensorboard": "tensorboard"}


def training(settings: Settings) -> Iterator[str]:
    package = REPORTERS.get(settings.config.training.report_to)
    if package and importlib.util.find_spec(package) is None:
        yield f"training.report_to: {package} is not installed; .venv/bin/pip install {package}"


def server_args(settings: Settings) -> Iterator[str]:
    try:
        check_server_args(settings.config.engine.server_args)
    except InputError as error:
        yield str(error)


def endpoints(settings: Settings) -> Iterator[str]:
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
