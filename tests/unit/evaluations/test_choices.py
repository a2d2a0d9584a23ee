"""Multiple-choice questions read from files of several shapes, scored, and put in a table."""

import csv
import io
import json

import numpy as np
import pytest

from mores.errors import InputError
from mores.evaluations.choices.file import Columns
from mores.evaluations.choices.questions import Settings, read
from mores.evaluations.choices.score import score
from mores.evaluations.choices.table import LAYOUT, reference_rows, table
from mores.method.countries import Country
from mores.scoring.resample import Resampling
from mores.scoring.table import WHY_INVALID

KENYA = Country(code="KEN", name="Kenya", adjective="Kenyan")
CHILE = Country(code="CHL", name="Chile", adjective="Chilean")
ROW = {"question": "Is it rude to leave early?", "options": ["Yes", "No"], "gold": "Yes"}


def settings(**keys) -> Settings:
    return Settings.model_validate({"kind": "choices"} | keys)


def written(folder, *rows) -> str:
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def gold(folder, *rows, country=KENYA, **keys) -> list[int]:
    return [*read(settings(**keys), written(folder, *rows), country).gold.values()]


def test_a_question_is_an_item_whose_options_count_from_one(tmp_path):
    found = read(settings(), written(tmp_path, ROW | {"id": "q1", "topic": "manners"}), KENYA)
    (item,) = found.bank.items.values()
    assert (item.id, item.topic, item.wording) == ("q1", "manners", ROW["question"])
    assert (item.options, item.codes, item.kind) == (("Yes", "No"), (1, 2), "nominal")
    assert found.gold == {"q1": 1}


@pytest.mark.parametrize(
    ("right", "code"),
    [("No", 2), (" no ", 2), ("B", 2), ("(b)", 2), ("b.", 2), ("2", 2), (2, 2), ("2.0", 2)],
)
def test_the_right_option_is_told_by_text_letter_or_number(tmp_path, right, code):
    assert gold(tmp_path, ROW | {"gold": right}) == [code]


def test_numbers_may_count_from_zero_but_that_is_said(tmp_path):
    rows = [ROW | {"question": f"{n}?", "gold": n} for n in (0, 1)]
    assert gold(tmp_path, *rows, count_from=0) == [1, 2]
    with pytest.raises(InputError, match=r"row 1: the right option '0' is none of .*count"):
        gold(tmp_path, *rows)


def test_an_option_that_reads_like_a_number_or_letter_is_taken_by_its_text(tmp_path):
    numbers = {"question": "How many?", "options": ["3", "2", "1"], "gold": "1"}
    letters = {"question": "Which?", "options": ["b", "a"], "gold": "a"}
    assert gold(tmp_path, numbers, letters) == [3, 2]


def test_shares_make_the_most_frequent_option_right_and_of_several_the_first(tmp_path):
    rows = [
        ROW | {"question": "one", "gold": [0.2, 0.8]},
        ROW | {"question": "two", "gold": [0.5, 0.5]},
    ]
    assert gold(tmp_path, *rows) == [2, 1]
    for shares in ([1], [0, 0], [0.5, "x"], [-1, 2]):
        with pytest.raises(InputError, match=r"row 1: 2 shares are needed"):
            gold(tmp_path, ROW | {"gold": shares})


def test_a_country_is_asked_what_concerns_it(tmp_path):
    rows = [
        ROW | {"question": "for all"},
        ROW | {"question": "hers", "country": "kenya"},
        ROW | {"question": "by code", "country": "KEN", "gold": "No"},
        ROW | {"question": "another's", "country": "Chile"},
        ROW | {"question": "by shares", "gold": {"Kenya": [0.1, 0.9], "Chile": [1, 0]}},
        ROW | {"question": "another's shares", "gold": {"Chile": [1, 0]}},
    ]
    found = read(settings(), written(tmp_path, *rows), KENYA)
    asked = [item.wording for item in found.bank.items.values()]
    assert asked == ["for all", "hers", "by code", "by shares"]
    assert [*found.gold.values()] == [1, 1, 2, 2]


def test_a_file_may_call_a_country_otherwise(tmp_path):
    row = ROW | {"country": "Britain"}
    names = {"Britain": "KEN"}
    assert gold(tmp_path, row, names=names) == [1]
    with pytest.raises(InputError, match=r"no question for KEN \(Kenya\).*`names`"):
        gold(tmp_path, row)


def test_what_globalopinionqa_looks_like(tmp_path):
    """Its columns, with Python's own spelling of lists and mappings; the question is ours."""
    shares = "{'Kenya': [0.25, 0.5, 0.25], 'Chile': [1, 0, 0]}"
    row = {
        "question": "Should shops close on holidays?",
        "selections": f"defaultdict(<class 'list'>, {shares})",
        "options": "['Yes', 'No', \"Don't know\"]",
        "source": "ours",
    }
    assert gold(tmp_path, row, columns={"gold": "selections"}) == [2]
    assert gold(tmp_path, row, columns={"gold": "selections"}, country=CHILE) == [1]


def test_what_normad_looks_like(tmp_path):
    """A story and a country by its name in small letters; yes, no or neutral."""
    row = {"ID": 7, "Country": "kenya", "Story": "A guest leaves early.", "Gold Label": "neutral"}
    columns = {"question": "Story", "gold": "Gold Label", "country": "Country", "id": "ID"}
    found = read(
        settings(columns=columns, options=["yes", "no", "neutral"]), written(tmp_path, row), KENYA
    )
    assert found.gold == {"7": 3}


def test_what_culturalbench_looks_like(tmp_path):
    """CSV, four columns of options, a letter."""
    names = ["prompt_question", *(f"prompt_option_{letter}" for letter in "abcd"), "answer"]
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["\ufeffcountry", *names])
    rows.writerow(["Kenya", "What is served first,\nand why?", "Tea", "Milk", "Rice", "Fish", "C"])
    path = tmp_path / "bench.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    columns = {"question": names[0], "options": names[1:5], "gold": "answer"}
    found = read(settings(columns=columns), path, KENYA)
    (item,) = found.bank.items.values()
    assert item.options == ("Tea", "Milk", "Rice", "Fish") and [*found.gold.values()] == [3]
    assert item.wording == "What is served first,\nand why?"


def test_without_ids_a_question_is_told_by_its_content(tmp_path):
    other = ROW | {"question": "Is it rude to come late?"}
    one = [*read(settings(), written(tmp_path, ROW, other), KENYA).bank.items]
    turned = [*read(settings(), written(tmp_path, other, ROW), KENYA).bank.items]
    assert one == turned[::-1] and len(set(one)) == 2


def test_a_topic_of_the_file_may_be_called_as_the_survey_s(tmp_path):
    rows = written(tmp_path, ROW | {"topic": "manners"})
    (item,) = read(settings(topics={"manners": "customs"}), rows, KENYA).bank.items.values()
    assert item.topic == "customs"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({}, r"row 2: nothing under 'question'; it has 'options', 'gold'"),
        ({"question": " "}, r"row 2: nothing under 'question'"),
        ({"question": "?", "options": []}, r"row 2: "),
        ({"question": "?", "options": ["Yes"], "gold": "Yes"}, r"row 2: .*mend the row"),
        ({"question": "?", "options": ["Yes", "Yes"], "gold": "Yes"}, r"two options have the same"),
        ({"question": "?", "options": {"a": 1}}, r"row 2: options are a list"),
        ({"question": "?", "options": 5}, r"row 2: options are a list"),
        ({"question": "?", "gold": None}, r"row 2: nothing under 'gold'"),
        (
            {"question": "?", "gold": "Maybe"},
            r"row 2: the right option 'Maybe' is none of 'Yes', 'No'",
        ),
        ({"question": "?", "gold": "C"}, r"row 2: the right option 'C' is none of"),
        ({"question": "?", "gold": "3"}, r"row 2: the right option '3' is none of"),
        ({"question": ROW["question"]}, r"row 2: \w+ stands in .*row 1 too; drop one"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_by_its_number(tmp_path, row, told):
    second = {"options": ["Yes", "No"], "gold": "Yes"} | row
    with pytest.raises(InputError, match=told):
        gold(tmp_path, ROW, second)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("q.jsonl", "", "no question in this file"),
        ("q.jsonl", "[1]\n", "row 1: keys with values are wanted, not list"),
        ("q.jsonl", "{\n", "line 1: not JSON"),
        ("q.csv", "question,question\na,b\n", "the column 'question' stands twice"),
        ("q.csv", "question,options,gold\na,Yes|No\n", "line 2: . field.s. in 3 columns"),
        ("q.csv", "question,options,gold\na,Yes|No,Yes,more\n", "line 2: . field.s. in 3 columns"),
        ("q.csv", 'question,options,gold\n"a,Yes|No,Yes\n', "line 2: a quote that is never closed"),
        ("q.csv", "question,options,gold\n", "no question in this file"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path, name, text, told):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        read(settings(), path, KENYA)


def test_a_file_that_is_no_text_is_told(tmp_path):
    path = tmp_path / "q.csv"
    path.write_bytes("question,options,gold\nfür,Ja|Nein,Ja\n".encode("latin-1"))
    with pytest.raises(InputError, match="line 2: byte 0xfc is not UTF-8; this looks like Latin-1"):
        read(settings(), path, KENYA)


def test_text_lists_options_parted_by_bars(tmp_path):
    assert gold(tmp_path, ROW | {"options": "Yes | No", "gold": "No"}) == [2]


def test_what_python_would_warn_of_is_told_in_the_error_alone(tmp_path, recwarn):
    with pytest.raises(InputError, match="row 1: options are a list"):
        gold(tmp_path, ROW | {"options": "[1if, 2]"})
    assert not recwarn.list


def answered(choices: dict[str, list[int | None]]) -> list[dict]:
    return [
        {"item": name, "choice": choice, "invalid": None if choice else "cut", "n_norms": 0}
        for name, given in choices.items()
        for choice in given
    ]


def questions(folder):
    rows = [ROW | {"id": "a"}, ROW | {"id": "b", "gold": "No"}]
    return read(settings(), written(folder, *rows), KENYA)


def test_an_answer_that_names_no_option_is_wrong_and_counted(tmp_path):
    scores = score(questions(tmp_path), answered({"a": [1, 1], "b": [1, None]}), None, "here")
    assert (scores["n_items"], scores["n_valid"], scores["n_answers"]) == (2, 2, 4)
    assert (scores["accuracy"], scores["invalid_rate"], scores["invalid_cut"]) == (50, 0.25, 1)
    assert scores["accuracy_valid"] == pytest.approx(200 / 3)
    assert (scores["hits"], scores["answers"], scores["gold"]) == ([2, 0], [2, 2], [1, 2])


def test_answers_to_other_questions_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"here: answers and questions differ \(b, 1 in all\)"):
        score(questions(tmp_path), answered({"a": [1]}), None, "here")


def cell(country, method, hits, right, options=4, first=0):
    names = [f"q{n + first}" for n in range(len(hits))]
    counts = dict.fromkeys(("n_answers", "n_without_norms", *WHY_INVALID), 0)
    return counts | {
        "country": country,
        "model": "m",
        "method": method,
        "n_items": len(hits),
        "n_valid": len(hits),
        "accuracy": 100 * float(np.mean(hits)),
        "accuracy_valid": 100 * float(np.mean(hits)),
        "invalid_rate": 0.0,
        "items": names,
        "topics": names,
        "hits": hits,
        "answers": [1] * len(hits),
        "gold": right,
        "options": [options] * len(hits),
    }


SPEC = Resampling(resamples=500, seed=0)


def test_references_are_chance_and_the_option_most_often_right():
    cells = [cell("KEN", "vanilla", [1, 0, 0, 0], [2, 2, 3, 1]), cell("CHL", "vanilla", [1], [4])]
    rows = reference_rows(cells, ["q0", "q1", "q2", "q3"], SPEC)
    found = {(row["country"], row["method"]): row["accuracy"] for row in rows}
    assert found["KEN", "chance"] == 25
    assert found["KEN", "majority_option"] == 50
    assert found["CHL", "majority_option"] == 100
    assert found["MEAN", "majority_option"] == 75


def test_the_table_has_paired_differences_where_countries_are_asked_different_things():
    cells = [
        cell("KEN", "vanilla", [0] * 12, [1] * 12),
        cell("KEN", "top1", [1] * 12, [1] * 12),
        cell("CHL", "vanilla", [0, 1] * 6, [1] * 12, first=12),
        cell("CHL", "top1", [1, 0] * 6, [1] * 12, first=12),
    ]
    header, *lines = table(SPEC, cells, None, None).splitlines()
    rows = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    found = {(row["country"], row["method"]): row for row in rows}
    assert header.split("\t") == list(LAYOUT.columns)
    assert float(found["KEN", "top1"]["delta"]) == 100
    assert float(found["KEN", "top1"]["p_value"]) < 0.01
    assert float(found["CHL", "top1"]["delta"]) == 0
    assert float(found["MEAN", "top1"]["delta"]) == 50
    assert found["KEN", "chance"]["delta"] == ""


def test_columns_may_be_named(tmp_path):
    row = {"q": "Rude?", "o": ["Yes", "No"], "g": "No"}
    columns = Columns(question="q", options="o", gold="g")
    assert gold(tmp_path, row, columns=columns.model_dump()) == [2]


def test_a_row_of_many_invalid_answers_is_marked_and_no_other():
    cells = [
        cell("KEN", "vanilla", [1, 0], [1, 1]),
        cell("KEN", "top1", [1, 0], [1, 1]) | {"invalid_rate": 0.986},
    ]
    header, *lines = table(SPEC, cells, None, None).splitlines()
    rows = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    marked = {(row["country"], row["method"]): row["marks"] for row in rows if row["marks"]}
    assert marked == {("KEN", "top1"): "many_invalid", ("MEAN", "top1"): "many_invalid"}
