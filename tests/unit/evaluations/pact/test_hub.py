"""A data set of the hub, from the cache that huggingface_hub keeps on an offline host."""

from pathlib import Path

import huggingface_hub.constants as constants
import pytest

from mores.errors import InputError
from mores.evaluations.pact.hub import files_of
from mores.evaluations.pact.questions import Settings, read
from mores.method.countries import Country

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache with one data set, laid out as huggingface_hub does."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    folder = tmp_path / "datasets--somebody--pact-culture-personalization"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs/main").write_text(COMMIT)
    snapshot = folder / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    return snapshot


def test_an_id_is_read_from_the_hub_s_cache(cache, row, written):
    written(row()).rename(cache / "data.csv")
    kenya = Country(code="KEN", name="Kenya", adjective="Kenyan")
    for revision in (None, COMMIT):
        settings = Settings(kind="pact", revision=revision)
        named = Path("somebody/pact-culture-personalization")
        assert len(read(settings, named, kenya).facts) == 1


def test_a_data_set_that_cannot_be_had_is_told(cache):
    with pytest.raises(InputError, match=r"somebody/pact-culture.*has no CSV file"):
        files_of(Path("somebody/pact-culture-personalization"), None)
    with pytest.raises(InputError, match=r"nobody/none: no file of this name.*download it"):
        files_of(Path("nobody/none"), None)
    for name in ("none.csv", "data/none.csv", "a/b/c"):
        with pytest.raises(InputError, match=f"{name}: no such file, nor the id of a data set"):
            files_of(Path(name), None)
