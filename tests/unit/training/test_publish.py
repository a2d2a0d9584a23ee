import pytest

from mores.errors import InputError
from mores.files import write_json, write_jsonl
from mores.training.publish import SHOWN, publish

LESSON = {
    "base": "some/base",
    "revision": "abc",
    "base_digest": "d" * 64,
    "tuning": "cnca_sft",
    "learner": "XAV",
    "countries": ["XAV"],
    "examples": 40,
    "data_digest": "e" * 64,
    "settings": {"epochs": 3},
}


@pytest.fixture
def adapter(tmp_path):
    folder = tmp_path / "adapter"
    folder.mkdir()
    write_json(folder / "lesson.json", LESSON)
    write_jsonl(folder / "training.jsonl", [{"loss": 1.0}, {"loss": 0.5}])
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    columns = ["country", "model", "method", *SHOWN[1:]]
    rows = [
        [country, model, method, *(f"{number}.{index}" for index in range(len(SHOWN) - 1))]
        for number, (country, model, method) in enumerate(
            [
                ("XAV", "demo", "cnca_sft"),
                ("XAV", "demo", "vanilla"),
                ("XAV", "big", "cnca_sft"),
                ("XBO", "demo", "cnca_sft"),
            ]
        )
    ]
    lines = ["\t".join(line) for line in [columns, *rows]]
    (tmp_path / "scores.tsv").write_text("\n".join(lines) + "\n")
    return folder


def published(adapter, learner="XAV", method="cnca_sft"):
    output = adapter.parent / "published" / learner
    output.parent.mkdir(exist_ok=True)
    publish(adapter, adapter.parent / "scores.tsv", learner, "demo", method, output)
    return output


def test_the_card_has_the_countrys_scores_beside_vanilla_and_no_others(adapter):
    folder = published(adapter)
    card = (folder / "README.md").read_text()
    assert "| cnca_sft | XAV | 0.0 | 0.1 |" in card
    assert "| vanilla | XAV | 1.0 | 1.1 |" in card
    assert "2.0" not in card and "XBO" not in card
    assert "some/base" in card and "e" * 64 in card
    assert (folder / "adapter_model.safetensors").read_bytes() == b"weights"


def test_a_pooled_adapter_has_all_countries_scores(adapter):
    card = (published(adapter, learner="POOLED") / "README.md").read_text()
    assert "| cnca_sft | XAV |" in card and "| cnca_sft | XBO |" in card


def test_a_cell_that_was_not_scored_is_an_error_and_leaves_nothing(adapter):
    with pytest.raises(InputError, match="no row of XAV demo cnca_dpo; score that cell first"):
        published(adapter, method="cnca_dpo")
    assert not (adapter.parent / "published/XAV").exists()
