"""The audit of a few stand-ins, recorded as jobs record them."""

import dataclasses
from pathlib import Path

import pytest

from mores.contents import content_digest
from mores.files import write_json
from mores.provenance.audit import Finding, audit, changed_keys, report
from mores.provenance.fingerprint import step_modules
from mores.provenance.records import read_record, record_of, write_record
from mores.study.plan import Result

SPLIT, ADAPTER, CELL = "results/split.tsv", "results/adapters/sft/demo/XAV", "results/cell.json"


def a_result(path: str, rule: str, inputs=(), spec=None, by_name=None) -> Result:
    job = {"rule": rule, "spec": spec or {"seed": 1}, "code": "", "by_name": by_name}
    return Result(path, rule, {}, job, list(inputs))


RESULTS = [
    a_result(SPLIT, "split_items"),
    a_result(ADAPTER, "train_adapter", [SPLIT], by_name="mores.method.objectives.sft"),
    a_result(CELL, "score_cell", [SPLIT, ADAPTER]),
]


def record(result: Result) -> None:
    write_record(
        result.path,
        rule=result.rule,
        spec=result.spec,
        modules=step_modules(result.rule, result.job["by_name"]),
        inputs={path: content_digest(path) for path in result.inputs},
        installed={},
    )


@pytest.fixture(autouse=True)
def made(tmp_path, monkeypatch):
    """A file, a folder made from it, and a file made from both."""
    monkeypatch.chdir(tmp_path)
    Path(ADAPTER).mkdir(parents=True)
    Path(SPLIT).write_text("item\ttopic\tpart\n")
    Path(ADAPTER, "adapter_config.json").write_text("{}")
    Path(CELL).write_text("{}")
    for result in RESULTS:
        record(result)


def found(*wanted: Result) -> dict[str, tuple[str, tuple[str, ...]]]:
    """State and reasons of the results that are not fresh, some of them wanted otherwise."""
    otherwise = {one.path: one for one in wanted}
    findings = audit([otherwise.get(one.path, one) for one in RESULTS])
    assert [one.path for one in findings] == [one.path for one in RESULTS]
    return {one.path: (one.state, one.reasons) for one in findings if one.state != "fresh"}


def test_what_was_just_made_is_fresh():
    assert found() == {}


def test_what_snakemake_puts_into_a_folder_changes_nothing():
    stamp = Path(ADAPTER, ".snakemake_timestamp")
    stamp.touch()
    assert found() == {}
    stamp.write_text("later")
    assert found() == {}


def test_a_new_input_makes_a_result_stale():
    more = a_result(CELL, "score_cell", [SPLIT, ADAPTER, "results/norms.jsonl"])
    assert found(more) == {CELL: ("stale", ("input results/norms.jsonl is new",))}


def test_an_input_that_is_gone_makes_a_result_stale():
    less = a_result(CELL, "score_cell", [SPLIT])
    assert found(less) == {CELL: ("stale", (f"input {ADAPTER} is no input any more",))}


def test_an_input_put_in_anothers_place_makes_a_result_stale():
    other = a_result(CELL, "score_cell", [SPLIT, f"{ADAPTER[:-3]}XBO"])
    gone, new = f"input {ADAPTER} is no input any more", f"input {ADAPTER[:-3]}XBO is new"
    assert found(other) == {CELL: ("stale", (gone, new))}


def test_a_result_changed_by_hand_is_told_and_what_is_made_from_it():
    Path(ADAPTER, "adapter_config.json").write_text("[]")
    by_hand = ("it is not what was written: changed by hand, or damaged",)
    after = (f"input {ADAPTER} has changed",)
    assert found() == {ADAPTER: ("stale", by_hand), CELL: ("stale", after)}


def test_a_file_put_into_a_folder_by_hand_is_told():
    Path(ADAPTER, "notes.txt").touch()
    assert found()[ADAPTER][0] == "stale"


def test_what_is_made_from_a_stale_result_is_stale_though_the_files_are_the_same():
    other = a_result(SPLIT, "split_items", spec={"seed": 2})
    stale = ("stale", (f"input {SPLIT} is stale",))
    after = ("stale", (f"input {SPLIT} is stale", f"input {ADAPTER} is stale"))
    assert found(other) == {SPLIT: ("stale", ("key seed",)), ADAPTER: stale, CELL: after}


def test_a_missing_result_is_told_and_what_is_made_from_it():
    Path(SPLIT).unlink()
    missing = f"input {SPLIT} is missing"
    assert found() == {
        SPLIT: ("missing", ()),
        ADAPTER: ("stale", (missing,)),
        CELL: ("stale", (missing, f"input {ADAPTER} is stale")),
    }


def test_a_result_without_a_record_is_unknown():
    record_of(SPLIT).unlink()
    assert found()[SPLIT] == ("unknown", ("it has no record",))
    assert found()[ADAPTER] == ("stale", (f"input {SPLIT} is unknown",))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"rule": "split_items", "spec": {}}'])
def test_a_record_that_cannot_be_read_is_none(text):
    record_of(SPLIT).write_text(text)
    assert found()[SPLIT] == ("unknown", ("it has no record",))


def test_a_module_that_has_changed_is_named():
    told = read_record(ADAPTER)
    told["modules"]["mores/method/objectives/sft.py"] = "before"
    told["modules"]["mores/method/gone.py"] = "before"
    write_json(record_of(ADAPTER), told)
    gone, sft = "module mores/method/gone.py", "module mores/method/objectives/sft.py"
    assert found()[ADAPTER] == ("stale", (gone, sft))


def test_an_objectives_module_is_one_of_the_step():
    bare = dataclasses.replace(RESULTS[1], job=RESULTS[1].job | {"by_name": None})
    assert found(bare)[ADAPTER] == ("stale", ("module mores/method/objectives/sft.py",))


def test_keys_are_told_by_their_place():
    old = {"sampling": {"seed": 0, "top_p": 1}, "samples": 2, "way": None}
    new = {"sampling": {"seed": 1, "top_p": 1}, "samples": 2, "way": {"top_k": 2}, "more": 1}
    assert changed_keys(old, new) == ["more", "sampling.seed", "way"]


def test_the_report_counts_by_rule_and_tells_why():
    findings = [
        Finding("results/a", "answer_items", "fresh"),
        Finding("results/b", "answer_items", "stale", ("key seed", "input x is new")),
        Finding("results/c", "score_cell", "missing"),
    ]
    lines = report(findings).splitlines()
    assert [line.split() for line in lines[:4]] == [
        ["rule", "fresh", "stale", "missing", "unknown"],
        ["answer_items", "1", "1", "0", "0"],
        ["score_cell", "0", "0", "1", "0"],
        ["total", "1", "1", "1", "0"],
    ]
    assert lines[4:] == ["stale    results/b: key seed; input x is new", "missing  results/c"]
