import os
from pathlib import Path

import pytest

from mores.engine.journal import Journal
from mores.engine.locks import holding
from mores.errors import InputError
from mores.files import write_jsonl
from mores.method.requests import Completion
from mores.provenance.audit import Finding
from mores.provenance.garbage import find_garbage, other_journals
from mores.study.plan import Result

ANSWERS = "results/answers/values/vanilla/demo/XAV.jsonl"
JOURNAL = Path("work/journal/answers/values/vanilla/demo/XAV.jsonl")
ADAPTER = "results/adapters/sft/demo/XAV"
STORE = Path("work")


def key(number: int) -> str:
    return f"{number:064x}"


def result(path: str, rule: str, **spec) -> Result:
    return Result(path, rule, named={}, job={"rule": rule, "spec": spec, "by_name": None})


def find(*results: Result, state: str = "fresh", **of):
    findings = [Finding(one.path, one.rule, state) for one in results]
    return find_garbage(list(results), findings, STORE, **of)


@pytest.fixture(autouse=True)
def answered(tmp_path, monkeypatch):
    """A journal of six answers, of which the result names the first four."""
    monkeypatch.chdir(tmp_path)
    with Journal(JOURNAL) as book:
        for number in range(6):
            book.add(Completion(key(number), "text", "stop", 5, 7))
    write_jsonl(ANSWERS, [{"request": key(number)} for number in range(4)])


def adapter(folder: str, weights: str) -> Path:
    Path(folder).mkdir(parents=True)
    Path(folder, "adapter_config.json").write_text("{}")
    Path(folder, "adapter_model.safetensors").write_text(weights)
    return Path(folder)


def test_answers_that_a_fresh_result_does_not_name_are_freed_and_no_others():
    lines = JOURNAL.read_bytes().splitlines(keepends=True)
    (found,) = find(result(ANSWERS, "answer_items"))
    assert (found.path, found.bytes) == (str(JOURNAL), sum(map(len, lines[4:])))
    assert JOURNAL.read_bytes() == b"".join(lines)  # shown, not freed
    found.free()
    assert JOURNAL.read_bytes() == b"".join(lines[:4])
    assert find(result(ANSWERS, "answer_items")) == []


@pytest.mark.parametrize("state", ["stale", "unknown", "missing"])
def test_what_a_job_may_yet_want_is_kept(state):
    assert find(result(ANSWERS, "answer_items"), state=state) == []


def test_requests_that_rows_do_not_name_are_kept():
    assert find(result(ANSWERS, "answer_items", thinking=64)) == []
    assert find(result(ANSWERS, "answer_items", distribution="options")) == []
    assert find(result(ANSWERS, "answer_items", thinking="full", distribution="stated")) != []
    assert find(result(ANSWERS, "mine_low_norms")) == []


def test_a_journal_in_use_is_not_touched():
    (found,) = find(result(ANSWERS, "answer_items"))
    with Journal(JOURNAL), pytest.raises(InputError, match="another process writes this journal"):
        found.free()
    assert len(JOURNAL.read_bytes().splitlines()) == 6


def test_adapters_that_no_result_holds_are_freed_once_all_are_fresh():
    adapter(ADAPTER, "now")
    kept, old = adapter("work/adapters/aa", "now"), adapter("work/adapters/bb", "before")
    half = adapter("work/adapters/.cc.part", "half")
    for note in ("aa.json", "bb.json", "aa.lock", "bb.lock", "bb.holder"):
        Path("work/adapters", note).touch()
    os.utime("work/adapters/bb.holder", (0, 0))  # a killed training's
    left = Path("work/checkpoints/dd")
    left.mkdir(parents=True)
    trained = result(ADAPTER, "train_adapter")
    assert find(trained, state="stale") == []
    assert find() == []  # nor by a study that trains none
    found = find(trained)
    assert {one.path for one in found} == {str(old), str(half), str(left)}
    for one in found:
        one.free()
    assert kept.is_dir() and not old.exists() and not left.exists()
    assert sorted(path.name for path in Path("work/adapters").iterdir()) == [
        "aa",
        "aa.json",
        "aa.lock",
    ]


def test_journals_of_other_studies_are_told_apart():
    other = Path("work/journal/answers/values/vanilla/theirs/XAV.jsonl")
    other.parent.mkdir(parents=True)
    other.touch()
    assert other_journals([result(ANSWERS, "answer_items")], STORE) == [other]


def test_of_a_part_of_the_grid_no_adapter_is_freed():
    adapter(ADAPTER, "now")
    adapter("work/adapters/bb", "another country's, that no result holds for the moment")
    trained = result(ADAPTER, "train_adapter")
    assert find(trained, part=True) == []
    assert [one.path for one in find(trained)] == ["work/adapters/bb"]


def test_what_a_training_is_at_is_not_freed():
    adapter(ADAPTER, "now")
    for path in ("work/checkpoints/dd", "work/adapters/.dd.part"):
        Path(path).mkdir(parents=True)
    with holding(Path("work/adapters/dd.lock")):
        assert find(result(ADAPTER, "train_adapter")) == []
    mark = Path("work/adapters/dd.holder")
    mark.write_text("another-host 4711 someone")
    assert find(result(ADAPTER, "train_adapter")) == []
    os.utime(mark, (0, 0))  # whoever held it is dead
    assert len(find(result(ADAPTER, "train_adapter"))) == 2
