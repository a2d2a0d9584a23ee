import json
import logging
import zipfile
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mores.errors import InputError
from mores.method.items import load_bank
from mores.survey.aggregate import sample_size
from mores.survey.importing import read_survey

ROOT = Path(__file__).parents[3]
COUNTRIES = yaml.safe_load((ROOT / "config/wvs7.yaml").read_text())["countries"]


def test_a_file_that_is_no_table_is_an_error(bank, tmp_path):
    for name in ("wvs.csv", "wvs.sav", "wvs.parquet"):
        (tmp_path / name).touch()
        with pytest.raises(InputError, match=name):
            read_survey(tmp_path / name, bank)


def test_an_archive_is_told_what_to_unpack(bank, tmp_path):
    with zipfile.ZipFile(tmp_path / "wvs.zip", "w") as archive:
        archive.writestr("read me.txt", "")
        archive.writestr("folder/WVS_7.csv", "B_COUNTRY_ALPHA,Q1\n")
    for format in ("auto", "microdata"):
        with pytest.raises(InputError, match=r"wvs\.zip: .* unpack it and name folder/WVS_7\.csv"):
            read_survey(tmp_path / "wvs.zip", bank, format)
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()
    with pytest.raises(InputError, match="it holds no survey"):
        read_survey(tmp_path / "empty.zip", bank)


def aggregate(tmp_path, survey):
    path = tmp_path / "shares.json"
    path.write_text(json.dumps(survey))
    return path


def test_shares_are_renormalised_and_their_sample_size_recovered(bank, cells, tmp_path):
    # 30 respondents: 9 and 18 valid answers, 3 missing.
    survey = {"AAA": {"Q1": {"2": 18 / 30, "1": 9 / 30}, "Q94": {"0": 7 / 30, "1": 22 / 30}}}
    marginals = read_survey(aggregate(tmp_path, survey), bank)
    assert cells(marginals)["AAA", "Q1"] == pytest.approx({1: 1 / 3, 2: 2 / 3, 3: 0.0})
    assert marginals.filter(item="Q1")["n"].unique().to_list() == [27]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)
@given(chosen=st.lists(st.integers(0, 900), min_size=3, max_size=3), missing=st.integers(0, 900))
def test_any_shares_are_renormalised(bank, tmp_path, chosen, missing):
    asked = sum(chosen) + missing
    assume(sum(chosen) > 0)
    # Q94, answered by all but one, gives the sample size away whatever Q1's counts have in common.
    cell = {str(code): count / asked for code, count in enumerate(chosen, start=1)}
    survey = {"AAA": {"Q1": cell, "Q94": {"0": 1 / asked, "1": (asked - 1) / asked}}}
    mine = read_survey(aggregate(tmp_path, survey), bank).filter(item="Q1")
    assert mine["share"].to_list() == pytest.approx([count / sum(chosen) for count in chosen])
    assert mine["n"].to_list() == [sum(chosen)] * 3
    assert chosen[mine["top"].arg_true()[0]] == max(chosen)


def test_shares_that_are_no_multiples_have_no_sample_size(bank, tmp_path):
    survey = {"AAA": {"Q1": {"1": 0.1234567891234, "2": 0.5432198765432}}}
    marginals = read_survey(aggregate(tmp_path, survey), bank)
    assert marginals["n"].null_count() == len(marginals)
    assert sample_size([0.25, 0.5]) == 4


def test_of_equal_answers_the_first_in_the_file_is_the_top_one(bank, tmp_path):
    survey = {"AAA": {"Q1": {"3": 0.4, "1": 0.4, "2": 0.2}}}
    marginals = read_survey(aggregate(tmp_path, survey), bank)
    assert marginals.filter("top")["code"].to_list() == [3]


@pytest.mark.parametrize(
    ("survey", "said"),
    [
        ({"AAA": {"Q1": {"1": 0.7, "2": 0.7}}}, "AAA: Q1.*at most 1"),
        ({"AAA": {"Q1": {"1": -0.1}}}, "AAA: Q1"),
        ({"AAA": {"Q1": {"one": 0.5}}}, "AAA: Q1.*whole numbers"),
        ({"AAA": [1]}, "AAA"),
        ([], "not an object"),
    ],
)
def test_a_faulty_aggregate_is_named(bank, tmp_path, survey, said):
    with pytest.raises(InputError, match=said):
        read_survey(aggregate(tmp_path, survey), bank)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_tidy_table(bank, cells, tmp_path, suffix):
    rows = [("AAA", "Q1", 1, 0.3, 100), ("AAA", "Q1", 2, 0.6, 100), ("AAA", "Q94", 1, 1.0, 50)]
    table = pl.DataFrame(rows, schema=["country", "item", "code", "share", "n"], orient="row")
    path = tmp_path / f"tidy{suffix}"
    table.write_csv(path) if suffix == ".csv" else table.write_parquet(path)
    marginals = read_survey(path, bank)
    assert cells(marginals)["AAA", "Q1"] == pytest.approx({1: 1 / 3, 2: 2 / 3, 3: 0.0})
    assert marginals.filter(item="Q1")["n"].unique().to_list() == [100]


def test_a_tidy_n_is_kept_whatever_its_shares_round_to(bank, tmp_path):
    path = tmp_path / "tidy.csv"
    rows = "".join(f"AAA,Q1,{code},0.333333,100\n" for code in (1, 2, 3))
    path.write_text("country,item,code,share,n\n" + rows)
    assert read_survey(path, bank)["n"].to_list() == [100] * 3


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("AAA,Q1,1,0.5\nAAA,Q1,1.5,0.5", r"row 3 \(AAA, Q1, 1.5\) .* no whole number"),
        ("AAA,Q1,1,0.5\nAAA,Q1,1,0.5", r"row 2 \(AAA, Q1, 1\) stands twice"),
        ("AAA,Q1,1,0.5\nAAA,Q1,2,1.5", "row 3 .* outside"),
        ("AAA,Q1,1,0.7\nAAA,Q1,2,0.7", "sum to more than 1"),
        ("AAA,Q1,,0.7", "empty field"),
        ("AAA,Q1,one,0.7", "wrong type"),
    ],
)
def test_a_faulty_tidy_table_is_named(bank, tmp_path, rows, said):
    path = tmp_path / "tidy.csv"
    path.write_text(f"country,item,code,share\n{rows}\n")
    with pytest.raises(InputError, match=said):
        read_survey(path, bank)


def test_a_tidy_table_s_names_are_in_small_letters(bank, tmp_path):
    """It is not taken for microdata, which lack other columns."""
    path = tmp_path / "tidy.csv"
    path.write_text("Country;Item;Code;Share\nAAA;Q1;1;0,5\n")
    said = r"no column country, item, code, share; a tidy survey needs it, in small letters"
    with pytest.raises(InputError, match=said):
        read_survey(path, bank)


def test_a_tidy_table_with_two_sample_sizes_of_one_item_is_named(bank, tmp_path):
    path = tmp_path / "tidy.csv"
    path.write_text("country,item,code,share,n\nAAA,Q1,1,0.5,100\nAAA,Q1,2,0.5,90\n")
    with pytest.raises(InputError, match=r"row 2 \(AAA, Q1, 1\) has another n"):
        read_survey(path, bank)


def test_an_unknown_kind_of_file_is_an_error(bank, tmp_path):
    path = tmp_path / "survey.xlsx"
    path.write_text("")
    with pytest.raises(InputError, match="survey: format"):
        read_survey(path, bank)
    with pytest.raises(InputError, match="no such survey file"):
        read_survey(tmp_path / "absent.csv", bank)


def test_the_real_aggregate(shared_data, caplog):
    caplog.set_level(logging.WARNING)
    bank = load_bank(ROOT / "resources/items/wvs7.yaml")
    marginals = read_survey(shared_data / "wvs7/proportions_by_country.json", bank)
    mine = marginals.filter(pl.col("country").is_in(COUNTRIES))
    measured = mine.select("country", "item").unique().group_by("country").len()
    missing = {country: 259 - count for country, count in measured.iter_rows() if count < 259}
    # spec/evaluation.md: 60 of 4,662 cells are missing, China 37, Great Britain 13.
    assert (missing["CHN"], missing["GBR"], sum(missing.values())) == (37, 13, 60)
    assert "not in the bank" not in caplog.text


def test_the_usas_sample_size_is_recovered(shared_data):
    survey = json.loads((shared_data / "wvs7/proportions_by_country.json").read_text())
    shares = [share for cell in survey["USA"].values() for share in cell.values()]
    assert sample_size(shares) == 2596  # spec/evaluation.md
