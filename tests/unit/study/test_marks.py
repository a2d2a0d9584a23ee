"""Whose results lie in a folder, and which studies use a store."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.study.marks import (
    MARK,
    Mark,
    check_mark,
    mark_of,
    mark_path,
    other_users,
    put_mark,
    read_record,
)
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]
OWN = Mark(survey="wvs.csv", bank="wvs7.yaml", models=("small", "large"))
STORE = Path("work")


@pytest.fixture(autouse=True)
def study(tmp_path, monkeypatch):
    folder = tmp_path / "study"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_mark_is_of_the_survey_its_bank_and_all_models_of_the_files(monkeypatch):
    monkeypatch.chdir(ROOT)
    more = {"models": {"second": {"path": "a/b"}}}
    found = mark_of(load_settings(["config/config.yaml"], more))
    assert found.models == ("demo", "second")
    part = mark_of(load_settings(["config/config.yaml"], {"models": "demo", "countries": "XAV"}))
    assert part == Mark(
        survey="resources/demo/survey.json", bank="resources/items/demo.yaml", models=("demo",)
    )


def test_where_nothing_was_made_nothing_is_refused():
    check_mark(MARK, OWN)
    assert not Path("results").exists()


@pytest.mark.parametrize(
    "changed",
    [{"models": ("large", "new")}, {"models": ("small",)}, {}],
)
def test_a_study_with_a_model_in_common_is_the_same(changed):
    put_mark(Path(MARK), OWN, STORE)
    check_mark(MARK, OWN.model_copy(update=changed))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"survey": "demo.json"}, r"survey wvs.csv \(here demo.json\)"),
        ({"bank": "demo.yaml"}, r"bank wvs7.yaml \(here demo.yaml\)"),
        ({"models": ("demo",)}, r"models small, large \(here demo\)"),
    ],
)
def test_another_study_is_refused_and_told_why(changed, told):
    put_mark(Path(MARK), OWN, STORE)
    before = Path(MARK).read_text()
    other = OWN.model_copy(update=changed)
    for touch in (lambda: check_mark(MARK, other), lambda: put_mark(Path(MARK), other, STORE)):
        with pytest.raises(
            InputError, match=f"results/study.json: .*{told}.*--configfile"
        ) as error:
            touch()
        assert "\n" not in str(error.value)
    assert Path(MARK).read_text() == before


def test_the_first_job_marks_and_later_ones_leave_it():
    put_mark(Path(MARK), OWN, STORE)
    put_mark(Path(MARK), OWN.model_copy(update={"models": ("large",)}), STORE)
    assert json.loads(Path(MARK).read_text()) == OWN.model_dump(mode="json")


def test_below_a_modules_prefix_a_mark_lies_with_its_results():
    assert mark_path("values/results/answers/a.jsonl") == Path("values/results/study.json")
    assert mark_path("results/scores.tsv") == Path(MARK)


def test_a_store_knows_who_else_has_used_it(study, monkeypatch):
    shared = Path("../store")
    put_mark(Path(MARK), OWN, shared)
    assert other_users(Path("results"), shared) == {}
    other = study.with_name("other")
    other.mkdir()
    monkeypatch.chdir(other)
    assert [*other_users(Path("results"), shared).values()] == ["../study/results"]
    put_mark(Path(MARK), OWN, shared)
    (note,) = other_users(Path("results"), shared)
    note.unlink()
    assert other_users(Path("results"), shared) == {}


def test_a_store_in_the_study_stays_its_own_when_the_study_moves(study, monkeypatch):
    put_mark(Path(MARK), OWN, STORE)
    moved = study.rename(study.with_name("moved"))
    monkeypatch.chdir(moved)
    assert other_users(Path("results"), STORE) == {}


def test_claims_are_entered_once_with_the_date_and_again_when_they_change(study):
    def claimed(least):
        return OWN.model_copy(update={"claims": {"h": {"contrast": "top1", "least": least}}})

    def entries():
        return [(one.says["least"], one.after_answers) for one in read_record(MARK).claims["h"]]

    for _ in range(2):
        put_mark(Path(MARK), claimed(1.0), STORE)
    assert entries() == [(1.0, False)]
    put_mark(Path(MARK), claimed(2.0), STORE)
    answers = study / "results/answers/values/vanilla/m/AAA.jsonl"
    answers.parent.mkdir(parents=True)
    answers.write_text("")
    put_mark(Path(MARK), claimed(2.0), STORE)
    assert entries() == [(1.0, False), (2.0, False)]
    put_mark(Path(MARK), claimed(0.5), STORE)
    assert entries() == [(1.0, False), (2.0, False), (0.5, True)]
    today = datetime.now(UTC).date().isoformat()
    assert read_record(MARK).claims["h"][-1].entered == today
    put_mark(Path(MARK), OWN, STORE)
    assert len(entries()) == 3, "a claim that is withdrawn stays in the record"


def test_a_claim_is_another_when_its_contrast_is(monkeypatch):
    monkeypatch.chdir(ROOT)
    claim = {"hypotheses": {"h": {"contrast": "mine", "least": 1}}}
    ways = [{"contrasts": {"mine": {"of": name}}} for name in ("top1", "ranked")]
    one, two = (mark_of(load_settings(["config/config.yaml"], claim | way)) for way in ways)
    assert one.claims["h"]["of"]["of"] == "top1"
    assert one.claims != two.claims


def test_a_record_without_claims_is_read(study):
    (study / "results").mkdir()
    (study / MARK).write_text('{"survey": "wvs.csv", "bank": "wvs7.yaml", "models": ["small"]}')
    assert read_record(MARK).claims == {}
