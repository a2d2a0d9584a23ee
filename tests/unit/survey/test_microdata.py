import random

import polars as pl
import pyreadstat
import pytest

from mores.errors import InputError
from mores.survey.importing import read_survey

# Two respondents of AAA count 1 and 3: Q1 is 1, 2 -> shares 0.25, 0.75 weighted, 0.5 and 0.5 not.
RESPONDENTS = {
    "B_COUNTRY_ALPHA": ["AAA", "AAA", "AAA", "BBB", "BBB"],
    "W_WEIGHT": [1.0, 3.0, 2.0, 1.0, 1.0],
    "Q1": [1, 2, -1, 3, 3],
    "Q94": [0, 1, 1, -2, 0],
    "Q777": [5, 5, 5, 5, 5],
}


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
def test_microdata_in_every_distributed_format(bank, cells, tmp_path, suffix):
    path = write(pl.DataFrame(RESPONDENTS), tmp_path / f"wvs{suffix}")
    marginals = read_survey(path, bank)
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


def test_the_effective_number_of_respondents_is_kishs(bank, tmp_path):
    path = write(pl.DataFrame(RESPONDENTS), tmp_path / "wvs.csv")
    weighted = read_survey(path, bank).filter(country="AAA").unique(["item"]).sort("item")
    # Q1: weights 1, 3: 16 / 10. Q94: weights 1, 3, 2: 36 / 14.
    assert weighted["n_effective"].to_list() == pytest.approx([1.6, 36 / 14])
    plain = read_survey(path, bank, weights=False)
    assert plain["n_effective"].to_list() == plain["n"].to_list()


def test_without_weights_respondents_count_alike(bank, cells, tmp_path):
    frame = pl.DataFrame(RESPONDENTS).drop("W_WEIGHT")
    path = write(frame, tmp_path / "wvs.csv")
    assert cells(read_survey(path, bank, weights=False))["AAA", "Q1"] == {1: 0.5, 2: 0.5, 3: 0.0}
    with pytest.raises(InputError, match="W_WEIGHT"):
        read_survey(path, bank)


def test_semicolons_decimal_commas_and_empty_fields(bank, cells, tmp_path):
    path = tmp_path / "wvs.csv"
    path.write_text("B_COUNTRY_ALPHA;W_WEIGHT;Q1;Q94\nAAA;0,5;1;0\nAAA;1,5;2;\nAAA;1,0;-1;1\n")
    found = cells(read_survey(path, bank))
    assert found["AAA", "Q1"] == {1: 0.25, 2: 0.75, 3: 0.0}
    assert found["AAA", "Q94"] == pytest.approx({0: 1 / 3, 1: 2 / 3})


def test_codes_written_as_decimals_are_codes(bank, cells, tmp_path):
    path = tmp_path / "wvs.csv"
    path.write_text("B_COUNTRY_ALPHA,W_WEIGHT,Q1,Q94\nAAA,1.0,1.0,0.0\nAAA,1.0,2.0,1.0\n")
    assert cells(read_survey(path, bank))["AAA", "Q1"] == {1: 0.5, 2: 0.5, 3: 0.0}


@pytest.mark.parametrize("suffix", [".csv", ".sav", ".dta"])
@pytest.mark.parametrize("strange", [1.5, 99999])
def test_what_is_no_code_is_an_error_and_no_missing_answer(bank, tmp_path, suffix, strange):
    frame = pl.DataFrame(RESPONDENTS | {"Q1": [1.0, 2.0, strange, 3.0, strange]})
    with pytest.raises(InputError, match=r"whole number.*Q1 \(2 answers\)"):
        read_survey(write(frame, tmp_path / f"wvs{suffix}"), bank)


@pytest.mark.parametrize("suffix", [".csv", ".sav", ".dta"])
def test_an_item_that_nobody_answered_is_one_the_file_lacks(bank, tmp_path, caplog, suffix):
    frame = pl.DataFrame(RESPONDENTS | {"Q1": pl.Series([None] * 5, dtype=pl.Float64)})
    marginals = read_survey(write(frame, tmp_path / f"wvs{suffix}"), bank)
    assert set(marginals["item"]) == {"Q94"}
    assert "lacks 1 item(s) of the bank: Q1" in caplog.text


@pytest.mark.parametrize("suffix", [".csv", ".sav", ".dta"])
def test_a_respondent_without_a_country_is_an_error(bank, tmp_path, suffix):
    frame = pl.DataFrame(RESPONDENTS | {"B_COUNTRY_ALPHA": ["AAA", "AAA", "", "BBB", "BBB"]})
    with pytest.raises(InputError, match=r"1 respondent.* without a B_COUNTRY_ALPHA"):
        read_survey(write(frame, tmp_path / f"wvs{suffix}"), bank)


def test_columns_nobody_asks_for_may_be_in_any_encoding(bank, cells, tmp_path):
    path = tmp_path / "wvs.csv"
    path.write_bytes("TOWN,B_COUNTRY_ALPHA,W_WEIGHT,Q1\nMálaga,AAA,1,1\n".encode("latin-1"))
    assert cells(read_survey(path, bank))["AAA", "Q1"] == {1: 1.0, 2: 0.0, 3: 0.0}


def test_an_import_is_the_same_to_the_byte_on_a_rerun(bank, tmp_path):
    rng = random.Random(0)
    rows = [
        (rng.choice(["AAA", "BBB"]), rng.uniform(0.3, 3), rng.choice([1, 2, 3]), rng.choice([0, 1]))
        for _ in range(20_000)
    ]
    frame = pl.DataFrame(rows, schema=list(RESPONDENTS)[:4], orient="row")
    path = write(frame, tmp_path / "wvs.csv")
    written = []
    for turn in range(5):
        read_survey(path, bank).write_parquet(tmp_path / f"{turn}.parquet")
        written.append((tmp_path / f"{turn}.parquet").read_bytes())
    assert len(set(written)) == 1


def test_respondents_without_a_positive_weight_are_counted(bank, cells, tmp_path, caplog):
    frame = pl.DataFrame(RESPONDENTS | {"W_WEIGHT": [1.0, 3.0, 0.0, 1.0, None]})
    marginals = read_survey(write(frame, tmp_path / "wvs.csv"), bank)
    assert cells(marginals)["AAA", "Q94"] == {0: 0.25, 1: 0.75}
    assert "AAA 1, BBB 1" in caplog.text


def test_a_country_without_any_positive_weight_is_an_error(bank, tmp_path):
    frame = pl.DataFrame(RESPONDENTS | {"W_WEIGHT": [1.0, 3.0, 2.0, 0.0, -1.0]})
    with pytest.raises(InputError, match="BBB"):
        read_survey(write(frame, tmp_path / "wvs.csv"), bank)


def test_codes_the_bank_lacks_are_named_and_left_out(bank, cells, tmp_path, caplog):
    frame = pl.DataFrame(RESPONDENTS | {"Q1": [1, 2, 7, 3, 3]})
    marginals = read_survey(write(frame, tmp_path / "wvs.csv"), bank)
    assert cells(marginals)["AAA", "Q1"] == {1: 0.25, 2: 0.75, 3: 0.0}
    assert "Q1: code 7 is not in the bank" in caplog.text


def test_items_the_file_lacks_are_named(bank, tmp_path, caplog):
    frame = pl.DataFrame(RESPONDENTS).drop("Q94")
    read_survey(write(frame, tmp_path / "wvs.csv"), bank)
    assert "lacks 1 item(s) of the bank: Q94" in caplog.text


def test_a_file_without_any_item_is_an_error(bank, tmp_path):
    frame = pl.DataFrame(RESPONDENTS).drop("Q1", "Q94")
    with pytest.raises(InputError, match="none of the 2 items"):
        read_survey(write(frame, tmp_path / "wvs.csv"), bank)


def test_labels_instead_of_codes_are_an_error(bank, tmp_path):
    frame = pl.DataFrame(RESPONDENTS | {"Q1": ["Often", "Often", "Never", "Never", "Often"]})
    for suffix in (".csv", ".sav"):
        with pytest.raises(InputError, match="codes"):
            read_survey(write(frame, tmp_path / f"wvs{suffix}"), bank)


def test_a_country_without_valid_answers_is_not_passed_on(bank, tmp_path, caplog):
    frame = pl.DataFrame(RESPONDENTS | {"Q1": [1, 2, 1, -1, -1], "Q94": [0, 1, 1, -2, -2]})
    marginals = read_survey(write(frame, tmp_path / "wvs.csv"), bank)
    assert set(marginals["country"]) == {"AAA"}
    assert "no valid answer at all in BBB" in caplog.text


def test_a_column_without_a_name_is_told(bank, tmp_path):
    path = write(pl.DataFrame(RESPONDENTS), tmp_path / "wvs.sav")
    path.write_bytes(path.read_bytes().replace(b"Q94     ", bytes(8)))
    with pytest.raises(InputError, match=r"wvs\.sav: .*\(a column without a name\); check"):
        read_survey(path, bank)


def test_a_stata_file_is_not_believed_how_many_rows_it_has(bank, tmp_path):
    """Memory would be taken for all of them, and the kernel would end the job without a word."""
    path = write(pl.DataFrame(RESPONDENTS), tmp_path / "wvs.dta")
    head, mark, rest = path.read_bytes().partition(b"<N>")
    path.write_bytes(head + mark + (2**24).to_bytes(8, "little") + rest[8:])
    with pytest.raises(InputError, match=r"dta: cannot be read \(it tells of 16,777,216 rows"):
        read_survey(path, bank)
