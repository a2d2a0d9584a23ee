import pytest

from mores.canonical import canonical, digest
from mores.errors import InputError
from mores.files import whole, whole_folder, write_json, write_jsonl, write_text, writing_in
from mores.rows import json_text, jsonl_text, read_json, read_jsonl


def test_a_file_that_fails_half_way_leaves_nothing(tmp_path):
    path = tmp_path / "rows.jsonl"
    with pytest.raises(RuntimeError), whole(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_the_file_that_was_there(tmp_path):
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [{"a": 1}])
    with pytest.raises(TypeError):
        write_jsonl(path, [{"a": object()}])
    assert read_jsonl(path) == [{"a": 1}]


def test_rows_survive_any_text(tmp_path):
    rows = [{"text": "line\u2028separator\nnew line \u00e9"}, {"text": ""}]
    write_jsonl(tmp_path / "rows.jsonl", rows)
    assert read_jsonl(tmp_path / "rows.jsonl") == rows


def test_a_torn_row_is_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n\n{"a": ')
    with pytest.raises(InputError, match="line 3"):
        read_jsonl(path)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(InputError, match="absent"):
        read_json(tmp_path / "absent.json")


def test_equal_values_have_one_digest():
    assert canonical({"b": 1, "a": [2, "é"]}) == '{"a":[2,"é"],"b":1}'
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


def test_a_folder_that_fails_half_way_leaves_the_one_that_was_there(tmp_path):
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "old").touch()
    with pytest.raises(RuntimeError), whole_folder(folder) as temporary:
        temporary.mkdir()
        raise RuntimeError
    assert [path.name for path in folder.iterdir()] == ["old"]


def test_a_library_that_fails_on_a_full_disk_is_explained(tmp_path, small_disk):
    folder = tmp_path / "checkpoints"
    with small_disk(folder, "8k"):
        with pytest.raises(OSError, match=f"No space left on device: '{folder}'"):
            with writing_in(folder):
                raise RuntimeError("unexpected pos 8384 vs 8278")
    with pytest.raises(RuntimeError, match="something else"), writing_in(folder):
        raise RuntimeError("something else")


def test_a_value_is_indented_json_and_rows_are_a_line_each(tmp_path):
    assert json_text({"é": [1]}) == '{\n "é": [\n  1\n ]\n}\n'
    assert jsonl_text([{"a": "é"}, {"b": None}]) == '{"a": "é"}\n{"b": null}\n'
    write_json(tmp_path / "value.json", {"é": [1]})
    assert read_json(tmp_path / "value.json") == {"é": [1]}


def test_a_torn_value_is_named_with_its_line(tmp_path):
    path = tmp_path / "value.json"
    path.write_text('{\n "a": ')
    with pytest.raises(InputError, match=r"value.json, line 2: not JSON"):
        read_json(path)


def test_a_file_has_the_mode_that_was_asked_for(tmp_path):
    write_text(tmp_path / "secret", "key", mode=0o600)
    assert (tmp_path / "secret").read_text() == "key"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
