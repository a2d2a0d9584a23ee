"""score_answers.py, called as a user calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "workflow/scripts/score_answers.py"
# spec/evaluation.md: Llama-3-8B-Instruct's published answers, culturespa mode.
FIGURES = {
    "USA": (71.1248, 254),
    "BOL": (61.4126, 256),
    "GBR": (71.5352, 245),
    "UKR": (67.8796, 257),
    "CHN": (66.5427, 221),
    "THA": (66.1480, 257),
    "KEN": (60.6038, 256),
    "ETH": (61.0898, 258),
    "AUS": (68.3302, 255),
}


def call(*arguments):
    command = [sys.executable, SCRIPT, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("country", FIGURES)
def test_published_answers_have_their_published_score(shared_data, country):
    done = call(
        *("--survey", shared_data / "wvs7/proportions_by_country.json", "--country", country),
        *("--answers", shared_data / f"llama3-8b-answers/{country}.json", "--mode", "culturespa"),
    )
    printed = json.loads(done.stdout)
    alignment, n_valid = FIGURES[country]
    assert printed["alignment"] == pytest.approx(alignment, abs=1e-4)
    assert printed["n_valid"] == n_valid
    assert printed["n_items"] == 259


@pytest.fixture
def files(tmp_path):
    survey = {"AAA": {"CU01": {"1": 0.8, "2": 0.2}, "CU02": {"4": 0.9, "1": 0.1}}}
    (tmp_path / "survey.json").write_text(json.dumps(survey))

    def score(answers, *arguments, country="AAA"):
        (tmp_path / "answers").write_text(answers)
        return call(
            *("--survey", tmp_path / "survey.json", "--country", country),
            *("--answers", tmp_path / "answers"),
            *("--bank", ROOT / "resources/items/demo.yaml", *arguments),
        )

    return score


ROWS = [{"item": "CU01", "answer": "so\n</think>\n1"}, {"Q_id": "CU02", "answer": 1}]


def test_jsonl_and_a_list_give_the_same(files):
    # CU01 is right, CU02 is 3 of 3 off: S = 1 - 3 / sqrt(18)
    for text in (json.dumps(ROWS), "\n".join(json.dumps(row) for row in ROWS)):
        printed = json.loads(files(text, "--mode", "strict").stdout)
        assert printed["alignment"] == pytest.approx(29.2893, abs=1e-4)
        assert (printed["n_valid"], printed["n_items"]) == (2, 2)


def test_null_answers_are_invalid_and_counted(files):
    rows = [ROWS[0], {"item": "CU02", "answer": None}]
    printed = json.loads(files(json.dumps(rows), "--mode", "strict").stdout)
    assert printed["n_valid"] == 1
    assert printed["invalid"] == {"no_number": 1}
    assert json.loads(files(json.dumps(rows)).stdout)["alignment"] == 100


def test_thinking_is_never_scored(files):
    """CU01 is right, in either mode; CU02 has thought and not answered."""
    thought = [
        {"item": "CU01", "answer": "<think>Option 4 or 3?</think>1"},
        {"item": "CU02", "answer": "<think>There are 4 options"},
    ]
    for mode in ("strict", "culturespa"):
        one = json.loads(files(json.dumps(thought[:1]), "--mode", mode).stdout)
        assert (one["alignment"], one["n_valid"]) == (100, 1)
        both = json.loads(files(json.dumps(thought), "--mode", mode).stdout)
        assert (both["n_valid"], both["n_items"]) == (1, 2)
        assert both["invalid"] == {"no_number": 1}


def test_digits_without_end_are_an_invalid_answer(files):
    rows = [ROWS[0], {"item": "CU02", "answer": "7" * 5000}]
    for mode in ("strict", "culturespa"):
        printed = json.loads(files(json.dumps(rows), "--mode", mode).stdout)
        assert (printed["n_valid"], printed["invalid"]) == (1, {"not_an_option": 1})


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ('[{"item": "XX99", "answer": "1"}]', "row 1: the item bank has no 'XX99'"),
        ('[{"item": "CU01"}]', "needs `item`"),
        (
            '[{"item": "CU01", "answer": 1}, {"item": "CU01", "answer": 2}]',
            "CU01 is answered twice",
        ),
        ('{"item": "CU01", "answer": 1}\n{"item"', "line 2"),
        ("[]", "no answers"),
    ],
)
def test_a_faulty_file_is_named_in_one_line(files, answers, said):
    done = files(answers)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_country_the_survey_lacks_is_named(files):
    assert "no answers of country BBB; it has AAA" in files(json.dumps(ROWS), country="BBB").stderr
