import pytest

from mores.contents import seal
from mores.engine.checkpoints import last_whole


@pytest.fixture
def checkpoints(tmp_path):
    for step in (5, 10, 100):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "trainer_state.json").write_text("{}")
        (folder / "optimizer.pt").write_bytes(bytes([step]))
        seal(folder, folder)
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.glob("checkpoint-*") if path.is_dir())


def test_the_last_is_told_by_its_step(checkpoints):
    assert last_whole(checkpoints).name == "checkpoint-100"


@pytest.mark.parametrize("damage", ["other", "cut", "gone", "more", "unsealed", "torn seal"])
def test_one_that_is_not_what_was_saved_gives_way_to_the_one_before(checkpoints, damage, caplog):
    file, noted = checkpoints / "checkpoint-100/optimizer.pt", checkpoints / "checkpoint-100.json"
    if damage == "other":
        file.write_bytes(b"e")
    elif damage == "cut":
        file.write_bytes(b"")
    elif damage == "gone":
        file.unlink()
    elif damage == "more":
        file.with_name("stray").touch()
    elif damage == "unsealed":
        noted.unlink()
    else:
        noted.write_text('"ab')
    assert last_whole(checkpoints).name == "checkpoint-10"
    assert names(checkpoints) == ["checkpoint-10", "checkpoint-5"]
    assert caplog.text.count("is not what was saved, and is removed") == 1


def test_with_none_left_training_starts_anew(checkpoints, caplog):
    for file in checkpoints.glob("*/optimizer.pt"):
        file.write_bytes(b"garbage")
    assert last_whole(checkpoints) is None
    assert names(checkpoints) == []
    assert "no checkpoint is whole: training starts anew" in caplog.text


def test_a_first_training_says_nothing(tmp_path, caplog):
    assert last_whole(tmp_path / "none") is None
    assert caplog.text == ""
