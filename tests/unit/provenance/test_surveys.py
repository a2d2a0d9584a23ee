"""The store of marginals, with the demo's survey."""

import json
import os
import shutil
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.method.items import load_bank
from mores.provenance import surveys, versions
from mores.provenance.surveys import STORE, country_digests, imported, stored_marginals
from mores.survey.importing import read_survey
from mores.survey.part import BankPart
from mores.survey.rows import Rows

ROOT = Path(__file__).parents[3]
SURVEY = "survey.json"
BANK = load_bank(ROOT / "resources/items/demo.yaml")


@pytest.fixture(autouse=True)
def a_survey(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "resources/demo/survey.json", SURVEY)


@pytest.fixture
def readings(monkeypatch) -> list[str]:
    """The surveys that are read."""
    read = []

    def reading(path, *given):
        read.append(path)
        return read_survey(path, *given)

    monkeypatch.setattr(surveys, "read_survey", reading)
    return read


def stored(bank=BANK, format="auto", weights=True):
    return stored_marginals(SURVEY, bank, format, weights)


def edit(old: str, new: str) -> None:
    text = Path(SURVEY).read_text()
    assert old in text
    Path(SURVEY).write_text(text.replace(old, new, 1))


def test_a_survey_is_read_once(readings, caplog):
    marginals = stored()
    os.utime(SURVEY, (1, 1))
    assert stored().equals(marginals)
    assert marginals.equals(read_survey(SURVEY, BANK))
    assert readings == [SURVEY]
    assert not caplog.text


def a_changed_byte(parquet: Path) -> None:
    data = bytearray(parquet.read_bytes())
    data[len(data) // 2] ^= 1
    parquet.write_bytes(data)


DAMAGES = {
    "changed": lambda parquet, note: a_changed_byte(parquet),
    "truncated": lambda parquet, note: parquet.write_bytes(parquet.read_bytes()[:-1]),
    "no note": lambda parquet, note: note.unlink(),
    "torn note": lambda parquet, note: note.write_text('"12'),
    "another's note": lambda parquet, note: note.write_text('"12"'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_what_was_put_in_is_read_again(readings, caplog, damage):
    marginals = stored()
    (parquet,) = STORE.glob("*.parquet")
    whole = parquet.read_bytes()
    DAMAGES[damage](parquet, parquet.with_suffix(".digest.json"))
    assert stored().equals(marginals)
    assert parquet.read_bytes() == whole
    assert f"{parquet} is not what was put in: the survey is read again" in caplog.text
    stored()
    assert readings == [SURVEY] * 2


def with_codes(bank):
    """The bank, one of whose items has a code less."""
    first = bank.items["CU01"]
    shorter = first.model_copy(update={"codes": first.codes[:-1], "options": first.options[:-1]})
    return type(bank)(bank.survey, bank.topics, bank.items | {first.id: shorter})


@pytest.mark.parametrize(
    "given",
    [{"format": "aggregate"}, {"weights": False}, {"bank": with_codes(BANK)}],
    ids=lambda given: next(iter(given)),
)
def test_other_settings_and_codes_are_read_anew(readings, given):
    stored()
    stored(**given)
    assert len(readings) == 2


def test_another_content_is_read_anew(readings):
    stored()
    edit("0.", "0.0")
    stored()
    assert len(readings) == 2


def test_wording_is_not_read(readings):
    stored()
    first = next(iter(BANK.items.values()))
    said = BANK.items | {first.id: first.model_copy(update={"wording": "Truly?"})}
    stored(bank=type(BANK)("renamed", dict.fromkeys(BANK.topics, "a title"), said))
    assert len(readings) == 1


def test_marginals_of_other_code_are_read_anew(readings, monkeypatch):
    code = surveys._code()
    modules = ("aggregate", "importing", "marginals", "microdata", "tidy")
    assert {f"mores/survey/{name}.py" for name in modules} <= code.keys()
    stored()
    for name in modules:
        monkeypatch.setattr(
            surveys, "_code", lambda name=name: code | {f"mores/survey/{name}.py": "x"}
        )
        stored()
    assert len(readings) == 1 + len(modules)


@pytest.mark.parametrize("package", ["polars", "pyreadstat"])
def test_marginals_of_another_version_are_read_anew(readings, monkeypatch, package):
    lock = versions._lock()
    stored()
    monkeypatch.setattr(versions, "_lock", lambda: lock | {package: ["99"]})
    stored()
    monkeypatch.setattr(versions, "_lock", lambda: lock | {"torch": ["99"]})
    stored()
    assert len(readings) == 2


def digests() -> dict[str, str]:
    return country_digests(SURVEY, BANK, "auto", True)


def test_a_countrys_digest_is_of_its_own_answers(readings):
    before = digests()
    assert digests() == before
    assert readings == [SURVEY]
    shares = json.loads(Path(SURVEY).read_text())
    country = next(iter(before))
    text = json.dumps(shares[country])
    shares[country] = json.loads(text.replace("0.", "0.0", 1))
    Path(SURVEY).write_text(json.dumps(shares))
    after = digests()
    assert {code for code in before if before[code] != after[code]} == {country}


@pytest.mark.parametrize("damage", [b"{}", b"\xff", b'{"countries": {"XAV": "0"}, "digest": "0"}'])
def test_damaged_digests_of_countries_are_made_again(readings, damage):
    before = digests()
    (known,) = [path for path in STORE.glob("*.json") if ".digest" not in path.name]
    known.write_bytes(damage)
    assert digests() == before
    assert digests() == before


def test_rows_are_made_from_the_answers_that_were_planned():
    answers = digests()
    spec = Rows(
        country="XAV",
        format="auto",
        weights=True,
        answers=answers["XAV"],
        bank=BankPart.of(BANK, "all", ("id",)),
    )
    assert imported(SURVEY, BANK, spec).equals(stored())
    with pytest.raises(InputError, match=r"survey\.json: XAV: changed since this run was planned"):
        imported(SURVEY, BANK, spec.model_copy(update={"answers": answers["XBO"]}))


def test_planning_is_silent_and_the_imports_own_log_is_not(caplog):
    caplog.set_level("INFO", "mores.survey")
    shares = json.loads(Path(SURVEY).read_text())
    for of_country in shares.values():
        of_country.pop(next(iter(BANK.items)), None)
    Path(SURVEY).write_text(json.dumps(shares))
    digests()
    assert not caplog.text
    read_survey(SURVEY, BANK)
    assert "lacks 1 item(s)" in caplog.text
