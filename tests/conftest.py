"""What tests share: the real data beside the repository, and the guard of GPU tests."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Other people's real data, read where they lie beside the repository, never part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is absent: checks against real survey data did not run")
    return folder


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip `gpu` tests where there is no CUDA device."""
    if item.get_closest_marker("gpu"):
        torch = pytest.importorskip("torch")
        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")
