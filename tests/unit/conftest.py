"""What unit tests share."""

import os
from pathlib import Path

import pytest

import mores
from mores.engine.generate import Asker
from mores.engine.models import model_ref
from mores.engine.settings import Endpoint, Engine, Model
from mores.method.chat import load_template
from mores.method.countries import Country
from mores.method.items import load_bank
from mores.method.models import ModelSpec
from mores.method.prompts import Prompts
from mores.method.stage import Stage
from mores.telemetry import OFFLINE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pythonpath() -> dict[str, str]:
    """The environment of a process that imports `mores`."""
    return os.environ | {"PYTHONPATH": str(Path(mores.__file__).parents[1])}


@pytest.fixture
def here(tmp_path, monkeypatch) -> None:
    """A working directory of the test's own, and the environment put back."""
    monkeypatch.chdir(tmp_path)
    for name in OFFLINE:
        monkeypatch.setenv(name, os.environ.get(name, "0"))


@pytest.fixture
def stage(endpoint, tmp_path, monkeypatch) -> Stage:
    """A stage of the demo's survey for Avethia; a model that the endpoint plays is asked.

    Its chat template is the demo model's own.
    """
    monkeypatch.chdir(tmp_path)
    served = {"scripted": Endpoint(url=endpoint.url, served_model="scripted")}
    asker = Asker(
        ref=model_ref("scripted", Model(path="some/model", revision="0")),
        engine=Engine(launcher="endpoint", endpoints=served, concurrency=1, retries=0),
        journal=tmp_path / "journal.jsonl",
        made_by={},
    )
    return Stage(
        bank=load_bank(ROOT / "resources/items/demo.yaml"),
        prompts=Prompts(ROOT / "resources/prompts"),
        country=Country(code="XAV", name="Avethia", adjective="Avethian"),
        ask=asker,
        chat=lambda: load_template("demo", ModelSpec(path=str(ROOT / "resources/demo/model"))),
    )
