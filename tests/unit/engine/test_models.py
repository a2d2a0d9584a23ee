import pytest

from mores.engine.models import adapter_ref, model_ref
from mores.engine.settings import Model
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
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
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


@pytest.mark.parametrize(
    "beside", ["README.md", "LICENSE", "NOTICE.txt", "pic.png", ".gitattributes"]
)
@pytest.mark.parametrize("below", ["", "assets/", "assets/more/"])
def test_what_stands_beside_a_model_shapes_nothing(folder, beside, below):
    before = digest_of(folder)
    path = folder / below / beside
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("one")
    assert digest_of(folder) == before
    path.write_text("two, longer")
    assert digest_of(folder) == before


def test_files_in_hidden_folders_shape_nothing(folder):
    before = digest_of(folder)
    (folder / ".cache/hub").mkdir(parents=True)
    (folder / ".cache/hub/config.json").write_text("{}")
    assert digest_of(folder) == before


@pytest.mark.parametrize(
    "name", ["chat_template.jinja", "original/params.json", "2_Dense/deep/model.safetensors"]
)
def test_every_other_file_counts_in_folders_below_too(folder, name):
    seen = [digest_of(folder)]
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for text in ("one", "two, longer"):
        path.write_text(text)
        seen.append(digest_of(folder))
    path.rename(path.with_name("other"))
    seen.append(digest_of(folder))
    assert len(set(seen)) == 4


def test_adapter_is_named_by_its_configuration_and_weights_alone(folder, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    with pytest.raises(InputError, match=r"adapter: no adapter_config\.json"):
        adapter_ref(adapter)
    (adapter / "adapter_config.json").write_text('{"r": 8}')
    with pytest.raises(InputError, match=r"adapter: no adapter_model\.safetensors"):
        adapter_ref(adapter)
    (adapter / "adapter_model.safetensors").write_bytes(b"weights")
    first = adapter_ref(adapter)
    assert first.folder == str(adapter)
    (adapter / "README.md").write_text("a card")
    (adapter / "lesson.json").write_text("{}")
    (adapter / ".snakemake_timestamp").touch()
    assert adapter_ref(adapter) == first
    (adapter / "adapter_config.json").write_text('{"r": 16}')
    second = adapter_ref(adapter)
    (adapter / "adapter_model.safetensors").write_bytes(b"other weights")
    assert len({first.digest, second.digest, adapter_ref(adapter).digest}) == 3
