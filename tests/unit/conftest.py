"""What unit tests share."""

import os
from pathlib import Path

import pytest

import mores


@pytest.fixture
def pythonpath() -> dict[str, str]:
    """The environment of a process that imports `mores`."""
    return os.environ | {"PYTHONPATH": str(Path(mores.__file__).parents[1])}
