import json
import logging
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
import yaml

from mores.errors import InputError
from mores.items import load_bank
from mores.survey import import_survey
from mores.survey.aggregate import sample_size

ROOT = Path(__file__).parents[3]
COUNTRIES = yaml.safe_load((ROOT / "config/wvs7.yaml").read_text())["countries"]
BANK = """
survey: small
topics: {t: a topic}
items:
  - {id: Q1, topic: t, wording: Do they sing?, options: [Often, Seldom, Never]}
  - {id: Q94, topic: t, wording: Do they belong?, options: ["No", "Yes"], codes: [0, 1]}
"""
# Two respondents of AAA count 1 and 3: Q1 is 1, 2 -> shares 0.25, 0.75 weighted, 0.5 and 0.5 not.
RESPONDENTS = {
    "B_COUNTRY_ALPHA": ["AAA", "AAA", "AAA", "BBB", "BBB"],
    "W_WEIGHT": [1.0, 3.0, 2.0, 1.0, 1.0],
    "Q1": [1, 2, -1, 3, 3],
    "Q94": [0, 1, 1, -2, 0],
    "Q777": [5, 5, 5, 5, 5],
}


@pytest.fixture
def bank(tmp_path):
    path = tmp_path / "bank.yaml"
    path.write_text(BANK)
    return load_bank(path)


def cells(marginals):
    """(country, item) to code -> share."""
    found = {}
    for country, item, code, share, _, _ in marginals.iter_rows():
        found.setdefault((country, item), {})[code] = share
    return found


def write(frame, path):
    """Write respondents in any of the distributed formats."""
    if path.suffix == ".csv":
        frame.write_csv(path)
    elif path.suffix == ".sav":
        pyreadstat.write_sav(frame.to_pandas(), path)
    else:
        pyreadstat.write_dta(frame.to_pandas(), path)
    return path


EXPECTED = {
    ("AAA", "Q1"): {1: 0.25, 2: 0.75, 3: 0.0},
    ("AAA", "Q94"): {0: 1 / 6, 1: 5 / 6},
    ("BBB", "Q1"): {1: 0.0, 2: 0.0, 3: 1.0},
    ("BBB", "Q94"): {0: 1.0, 1: 0.0},
}


@pytest.mark.parametrize("suffix", [".csv", ".sav", ".dta"])
def test_microdata_in_every_distributed_format(bank, tmp_path, suffix):
    path = write(pl.DataFrame(RESPONDENTS), tmp_path / f"wvs{suffix}")
    marginals = import_survey(path, bank)
    found = cells(marginals)
    assert found.keys() == EXPECTED.keys()
    for cell, shares in EXPECTED.items():
        assert found[cell] == pytest.approx(shares)
    assert dict(zip(marginals["country"] + marginals["item"], marginals["n"], strict=True)) == {
        "AAAQ1": 2,
        "AAAQ94": 3,
        "BBBQ1": 2,
        "BBBQ94": 1,
    }


def test_without_weights_respondents_count_alike(bank, tmp_path):
    frame = pl.DataFrame(RESPONDENTS).drop("W_WEIGHT")
    path = write(frame, tmp_path / "wvs.csv")
    assert cells(import_survey(path, bank, weights=False))["AAA", "Q1"] == {1: 0.5, 2: 0.5, 3: 0.0}
    with pytest.raises(InputError, match="W_WEIGHT"):
        import_survey(path, bank)


def test_semicolons_decimal_commas_and_empty_fields(bank, tmp_path):
    path = tmp_path / "wvs.csv"
    path.write_text("B_COUNTRY_ALPHA;W_WEIGHT;Q1;Q94\nAAA;0,5;1;0\nAAA;1,5;2;\nAAA;1,0;-1;1\n")
    found = cells(import_survey(path, bank))
    assert found["AAA", "Q1"] == {1: 0.25, 2: 0.75, 3: 0.0}
    assert found["AAA", "Q94"] == pytest.approx({0: 1 / 3, 1: 2 / 3})


def test_codes_written_as_decimals_are_codes(bank, tmp_path):
    path = tmp_path / "wvs.csv"
    path.write_text("B_COUNTRY_ALPHA,W_WEIGHT,Q1,Q94\nAAA,1.0,1.0,0.0\nAAA,1.0,2.0,1.0\n")
    assert cells(import_survey(path, bank))["AAA", "Q1"] == {1: 0.5, 2: 0.5, 3: 0.0}


def test_respondents_without_a_positive_weight_are_counted(bank, tmp_path, caplog):
    frame = pl.DataFrame(RESPONDENTS | {"W_WEIGHT": [1.0, 3.0, 0.0, 1.0, None]})
    marginals = import_survey(write(frame, tmp_path / "wvs.csv"), bank)
    assert cells(marginals)["AAA", "Q94"] == {0: 0.25, 1: 0.75}
    assert "AAA 1, BBB 1" in caplog.text


def test_a_country_without_any_positive_weight_is_an_error(bank, tmp_path):
    frame = pl.DataFrame(RESPONDENTS | {"W_WEIGHT": [1.0, 3.0, 2.0, 0.0, -1.0]})
    with pytest.raises(InputError, match="BBB"):
        import_survey(write(frame, tmp_path / "wvs.csv"), bank)


def test_codes_the_bank_lacks_are_named_and_left_out(bank, tmp_path, caplog):
    frame = pl.DataFrame(RESPONDENTS | {"Q1": [1, 2, 7, 3, 3]})
    marginals = import_survey(write(frame, tmp_path / "wvs.csv"), bank)
    assert cells(marginals)["AAA", "Q1"] == {1: 0.25, 2: 0.75, 3: 0.0}
    assert "Q1: code 7 is not in the bank" in caplog.text


def test_items_the_file_lacks_are_named(bank, tmp_path, caplog):
    frame = pl.DataFrame(RESPONDENTS).drop("Q94")
    import_survey(write(frame, tmp_path / "wvs.csv"), bank)
    assert "lacks 1 item(s) of the bank: Q94" in caplog.text


def test_a_file_without_any_item_is_an_error(bank, tmp_path):
    frame = pl.DataFrame(RESPONDENTS).drop("Q1", "Q94")
    with pytest.raises(InputError, match="none of the 2 items"):
        import_survey(write(frame, tmp_path / "wvs.csv"), bank)


def test_labels_instead_of_codes_are_an_error(bank, tmp_path):
    frame = pl.DataFrame(RESPONDENTS | {"Q1": ["Often", "Often", "Never", "Never", "Often"]})
    for suffix in (".csv", ".sav"):
        with pytest.raises(InputError, match="codes"):
            import_survey(write(frame, tmp_path / f"wvs{suffix}"), bank)


def test_a_country_without_valid_answers_is_not_passed_on(bank, tmp_path, caplog):
    frame = pl.DataFrame(RESPONDENTS | {"Q1": [1, 2, 1, -1, -1], "Q94": [0, 1, 1, -2, -2]})
    marginals = import_survey(write(frame, tmp_path / "wvs.csv"), bank)
    assert set(marginals["country"]) == {"AAA"}
    assert "no valid answer at all in BBB" in caplog.text


def aggregate(tmp_path, survey):
    path = tmp_path / "shares.json"
    path.write_text(json.dumps(survey))
    return path


def test_shares_are_renormalised_and_their_sample_size_recovered(bank, tmp_path):
    # 30 respondents: 9 and 18 valid answers, 3 missing.
    survey = {"AAA": {"Q1": {"2": 18 / 30, "1": 9 / 30}, "Q94": {"0": 7 / 30, "1": 22 / 30}}}
    marginals = import_survey(aggregate(tmp_path, survey), bank)
    assert cells(marginals)["AAA", "Q1"] == pytest.approx({1: 1 / 3, 2: 2 / 3, 3: 0.0})
    assert marginals.filter(item="Q1")["n"].unique().to_list() == [27]


def test_shares_that_are_no_multiples_have_no_sample_size(bank, tmp_path):
    survey = {"AAA": {"Q1": {"1": 0.1234567891234, "2": 0.5432198765432}}}
    marginals = import_survey(aggregate(tmp_path, survey), bank)
    assert marginals["n"].null_count() == len(marginals)
    assert sample_size([0.25, 0.5]) == 4


def test_of_equal_answers_the_first_in_the_file_is_the_top_one(bank, tmp_path):
    survey = {"AAA": {"Q1": {"3": 0.4, "1": 0.4, "2": 0.2}}}
    marginals = import_survey(aggregate(tmp_path, survey), bank)
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
        import_survey(aggregate(tmp_path, survey), bank)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_tidy_table(bank, tmp_path, suffix):
    rows = [("AAA", "Q1", 1, 0.3, 100), ("AAA", "Q1", 2, 0.6, 100), ("AAA", "Q94", 1, 1.0, 50)]
    table = pl.DataFrame(rows, schema=["country", "item", "code", "share", "n"], orient="row")
    path = tmp_path / f"tidy{suffix}"
    table.write_csv(path) if suffix == ".csv" else table.write_parquet(path)
    marginals = import_survey(path, bank)
    assert cells(marginals)["AAA", "Q1"] == pytest.approx({1: 1 / 3, 2: 2 / 3, 3: 0.0})
    assert marginals.filter(item="Q1")["n"].unique().to_list() == [100]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
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
        import_survey(path, bank)


def test_an_unknown_kind_of_file_is_an_error(bank, tmp_path):
    path = tmp_path / "survey.xlsx"
    path.write_text("")
    with pytest.raises(InputError, match="survey: format"):
        import_survey(path, bank)
    with pytest.raises(InputError, match="no such survey file"):
        import_survey(tmp_path / "absent.csv", bank)


def test_the_real_aggregate(shared_data, caplog):
    caplog.set_level(logging.WARNING)
    bank = load_bank(ROOT / "resources/items/wvs7.yaml")
    marginals = import_survey(shared_data / "wvs7/proportions_by_country.json", bank)
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
