"""Adapters for the hub: a card that it takes, with what they scored."""

import json

import pytest
from huggingface_hub import ModelCard

from mores.errors import InputError
from mores.exports.adapters import hub_adapter
from mores.method.adapters import Lesson, Publishing

SPEC = Publishing(method="sft", model="m", learner="XAV")
COLUMNS = "country model method alignment alignment_low alignment_high delta delta_low delta_high"
COLUMNS += " p_value strict top_match invalid_rate"
SCORES = COLUMNS.replace(" ", "\t") + "\nXAV\tm\tsft\t66.6\t60\t70\t5\t1\t9\t0.01\t66\t50\t0\n"


def adapter(folder, base):
    folder.mkdir()
    lesson = Lesson(base, None, "0" * 64, "sft", "XAV", ["XAV"], 40, "1" * 64, None, {"rank": 16})
    (folder / "lesson.json").write_text(json.dumps(vars(lesson)))
    (folder / "training.jsonl").write_text('{"loss": 2.0}\n{"loss": 1.0}\n')
    return folder


@pytest.mark.parametrize(
    ("base", "named"),
    [
        ("org/model-1.5B", "org/model-1.5B"),
        ("gpt2", "gpt2"),
        ("/data/models/m", None),
        ("a/b/c", None),
    ],
)
def test_the_card_names_a_base_that_the_hub_may_have_and_the_scores(tmp_path, base, named):
    made = hub_adapter(SPEC, adapter(tmp_path / "one", base), SCORES)
    card = ModelCard(made.texts["README.md"])
    assert card.data.get("base_model") == named
    assert card.data["library_name"] == "peft"
    assert "| sft | XAV | 66.6 |" in card.text


def test_a_folder_here_is_no_base_of_the_hub_s(tmp_path, monkeypatch):
    (tmp_path / "my/model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    made = hub_adapter(SPEC, adapter(tmp_path / "one", "my/model"), SCORES)
    assert ModelCard(made.texts["README.md"]).data.get("base_model") is None


def test_without_a_row_of_its_own_there_is_nothing_to_say(tmp_path):
    with pytest.raises(InputError, match="no row of XAV m sft"):
        hub_adapter(SPEC, adapter(tmp_path / "one", "gpt2"), SCORES.replace("\tsft\t", "\ttop1\t"))
