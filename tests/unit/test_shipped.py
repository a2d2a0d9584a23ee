from pathlib import Path

from mores.method.models import ModelSpec
from mores.shipped import ROOT, locate, located


def test_what_is_in_the_study_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bank = "resources/items/demo.yaml"
    assert locate(bank) == ROOT / bank
    Path(bank).parent.mkdir(parents=True)
    Path(bank).touch()
    assert locate(bank) == Path(bank)


def test_what_is_nowhere_is_told_as_it_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate("data/wvs.csv") == Path("data/wvs.csv")
    assert locate("/no/such/wvs.csv") == Path("/no/such/wvs.csv")


def test_a_model_s_id_on_the_hub_stays_one_and_a_shipped_model_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert located(ModelSpec(path="Qwen/Qwen3-4B")).path == "Qwen/Qwen3-4B"
    assert located(ModelSpec(path="resources/demo/model")).path == str(
        ROOT / "resources/demo/model"
    )
