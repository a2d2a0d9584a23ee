"""`score_answers.py --mode distribution`, called as a user calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "workflow/scripts/score_answers.py"
MODELS = ("deepseek-r1", "gpt-4", "llama-3-70b", "qwen2.5-72b")
# spec/evaluation.md: what four real models stated, 1 - Jensen-Shannon distance.
FIGURES = {
    ("CHN", "persona"): (74.0426, 71.0932, 71.6799, 71.4195),
    ("CHN", "few-shot"): (78.8860, 77.4057, 77.2867, 77.2053),
    ("DEU", "persona"): (75.9728, 75.6293, 72.2192, 73.7631),
    ("DEU", "few-shot"): (71.8861, 74.2942, 69.7691, 73.0183),
}
ITEMS = {"CHN": 150, "DEU": 174}


def call(*arguments):
    command = [sys.executable, SCRIPT, "--mode", "distribution", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("country", "steering"), FIGURES)
def test_stated_distributions_have_their_reference_figures(shared_data, country, steering, model):
    done = call(
        *("--survey", shared_data / "wvs7/proportions_by_country.json", "--country", country),
        *("--answers", shared_data / f"stated/{model}.{steering}.{country}.json"),
    )
    printed = json.loads(done.stdout)
    figure = FIGURES[country, steering][MODELS.index(model)]
    assert printed["similarity"] == pytest.approx(figure, abs=1e-4)
    lacking = (country, steering, model) == ("DEU", "few-shot", "llama-3-70b")
    assert printed["n_items"] == ITEMS[country] - lacking


@pytest.fixture
def score(tmp_path):
    survey = {"AAA": {"CU01": {"1": 0.5, "2": 0.5}, "CU02": {"4": 1.0}}}
    (tmp_path / "survey.json").write_text(json.dumps(survey))

    def score(text, country="AAA"):
        (tmp_path / "answers").write_text(text)
        return call(
            *("--survey", tmp_path / "survey.json", "--country", country),
            *("--answers", tmp_path / "answers"),
            *("--bank", ROOT / "resources/items/demo.yaml"),
        )

    return score


def rows(*shares):
    return [{"item": "CU01", "shares": one} for one in shares]


@pytest.mark.parametrize(
    "shares",
    [
        {"1": 0.5, "2": 0.5},
        {"2": 50, "1": 50, "3": 0},
        {"1": "0.2", "2": 0.2, "4": None},
        [1, 1, 0, 0],
        {"1": 0.3, "2": 0.3, "9": 0.2, "-1": 0.2},
    ],
)
def test_shares_are_read_in_any_form_and_scaled_over_the_codes(score, shares):
    for text in (json.dumps(rows(shares)), "\n".join(map(json.dumps, rows(shares)))):
        printed = json.loads(score(text).stdout)
        assert (printed["similarity"], printed["n_items"]) == (100, 1)
        assert printed["n_other_codes"] == int("9" in shares)
        assert printed["wasserstein"] == 0
        assert printed["entropy_correlation"] is None  # of one item there is none


def test_the_last_row_of_an_item_counts(score):
    printed = json.loads(score(json.dumps(rows({"3": 1}, {"1": 1, "2": 1}))).stdout)
    assert (printed["similarity"], printed["n_answered"]) == (100, 1)
    printed = json.loads(score(json.dumps(rows({"1": 1, "2": 1}, None))).stdout)
    assert (printed["similarity"], printed["n_items"], printed["n_invalid"]) == (None, 0, 1)


def test_what_is_not_compared_is_counted(score):
    given = [*rows({"9": 1}), {"Q_id": "CU02", "shares": [0, 0, 0, 1]}]
    given += [{"item": "CU03", "shares": {"1": 1}}]
    printed = json.loads(score(json.dumps(given)).stdout)
    assert printed["similarity"] == 100
    counts = ("n_items", "n_answered", "n_invalid", "n_not_asked", "n_other_codes")
    assert [printed[name] for name in counts] == [1, 3, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps(rows([0.5, 0.5])), "row 1 (CU01): 2 shares for 4 options"),
        (json.dumps(rows({"1": -0.1})), "row 1 (CU01): -0.1 is no share"),
        (json.dumps(rows({"1": 1}, {"1": "much"})), "row 2 (CU01): 'much' is no share"),
        (json.dumps(rows({"1": float("nan")})), "nan is no share"),
        (json.dumps(rows({"often": 1})), "'often' is no code"),
        (json.dumps(rows({"1_0": 1})), "'1_0' is no code"),
        (json.dumps(rows({"9" * 5000: 1})), "...9999999999999999999999999999' is no code"),
        (json.dumps(rows({"1": "9" * 5000})), "...9999999999999999999999999999' is no share"),
        (json.dumps(rows({"1": 0.5, "01": 0.5})), "a code stands twice, spelt in two ways"),
        (json.dumps(rows({"1": 10**400, "2": 1})), "is no share"),
        (json.dumps(rows({"1": 1e308, "2": 1e308})), "1e+308 is no share"),
        (json.dumps(rows("all")), "shares are a mapping of codes, or a list"),
        ('[{"item": "XX99", "shares": {"1": 1}}]', "row 1: the item bank has no 'XX99'"),
        ('[{"item": "CU01", "answer": "1"}]', "row 1: needs `item` (or `Q_id`) and `shares`"),
        ('[["CU01", {"1": 1}]]', "row 1: needs `item`"),
        ('{"item": "CU01", "shares": {}}\n{"item"', "line 2"),
        ("[]", "no distributions in this file"),
        ("", "no distributions in this file"),
        (
            "item,1,2\nCU01,0.5,0.5\n",
            "answers: begins with 'i': neither a JSON list nor JSON Lines",
        ),
    ],
)
def test_a_faulty_file_is_named_in_one_line(score, text, said):
    done = score(text)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert max(map(len, done.stderr.splitlines())) < 500
    assert done.stdout == ""


def test_a_country_that_the_survey_lacks_is_named(score):
    done = score(json.dumps(rows([1, 0, 0, 0])), country="BBB")
    assert "no answers of country BBB; it has AAA" in done.stderr
