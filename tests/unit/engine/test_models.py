import pytest

from mores.config import Model
from mores.engine import adapter_ref, model_ref
from mores.errors import InputError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that looks like a model's, and a working directory for the digests' cache."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def digest_of(folder):
    return model_ref("m", Model(path=str(folder))).digest


def test_digest_follows_content_not_place_or_time(folder, tmp_path):
    before = digest_of(folder)
    (folder / "model.safetensors").touch()
    assert digest_of(folder) == before
    assert digest_of(folder.rename(tmp_path / "elsewhere")) == before


def test_digest_changes_with_weights_names_and_tokenizer_but_not_with_the_card(folder):
    seen = [digest_of(folder)]
    (folder / "README.md").write_text("a card")
    assert digest_of(folder) == seen[0]
    (folder / "model.safetensors").write_bytes(b"WEIGHTS")
    seen.append(digest_of(folder))
    (folder / "tokenizer.json").write_text("{}")
    seen.append(digest_of(folder))
    (folder / "tokenizer.json").rename(folder / "tokeniser.json")
    seen.append(digest_of(folder))
    assert len(set(seen)) == 4


def test_hub_model_is_its_commit(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    assert model_ref("m", Model(path="owner/name", revision="abc")).digest == "owner/name@abc"
    assert not caplog.text
    assert model_ref("m", Model(path="owner/name")).digest == "owner/name@main"
    assert "no `revision`" in caplog.text


@pytest.mark.parametrize("path", ["/no/such/folder", "../model", "empty", "a/b/c"])
def test_wrong_path_is_told_before_any_server_starts(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=f"models: m: path: {path} is neither a folder"):
        model_ref("m", Model(path=path))


def test_adapter_is_named_by_its_content(folder, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    with pytest.raises(InputError, match=r"adapter: no adapter_config\.json"):
        adapter_ref(adapter)
    (adapter / "adapter_config.json").write_text('{"r": 8}')
    first = adapter_ref(adapter)
    assert first.folder == str(adapter)
    (adapter / "adapter_config.json").write_text('{"r": 4}')
    assert adapter_ref(adapter).digest != first.digest
