"""What unit tests share."""

import os
from pathlib import Path

import pytest

import mores
from mores.config import Engine, Model
from mores.engine import model_ref
from mores.items import load_bank
from mores.prompts import Country, Prompts
from mores.stage import Stage

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pythonpath() -> dict[str, str]:
    """The environment of a process that imports `mores`."""
    return os.environ | {"PYTHONPATH": str(Path(mores.__file__).parents[1])}


@pytest.fixture
def stage(endpoint, tmp_path, monkeypatch) -> Stage:
    """A stage of the demo's survey for Avethia; a model that the endpoint plays is asked."""
    monkeypatch.chdir(tmp_path)
    served = {"scripted": {"url": endpoint.url, "served_model": "scripted"}}
    return Stage(
        bank=load_bank(ROOT / "resources/items/demo.yaml"),
        prompts=Prompts(ROOT / "resources/prompts"),
        country=Country("XAV", "Avethia", "Avethian"),
        model=model_ref("scripted", Model(path="some/model", revision="0")),
        engine=Engine(launcher="endpoint", endpoints=served, concurrency=1, retries=0),
        journal=tmp_path / "journal.jsonl",
    )
