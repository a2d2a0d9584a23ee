import math
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.method.items import load_bank
from mores.scoring.cell import score_cell, tokens

BANK = load_bank(Path(__file__).parents[3] / "resources/items/demo.yaml")
TEST = [
    {"item": "CU01", "top": 1, "shares": {"1": 0.5, "2": 0.5, "3": 0.0, "4": 0.0}},
    {"item": "CU02", "top": None, "shares": None},
]


def answer(item, choice, invalid=None, sample=0, n_norms=0):
    return {
        "item": item,
        "sample": sample,
        "answer": "" if choice is None else str(choice),
        "choice": choice,
        "invalid": invalid,
        "n_norms": n_norms,
    }


def test_a_cell_counts_what_is_invalid_and_why():
    answers = [answer("CU01", 1, n_norms=3), answer("CU02", None, "cut")]
    scores = score_cell(answers, TEST, BANK, "answers.jsonl")
    assert (scores["n_items"], scores["n_valid"], scores["n_answers"]) == (1, 1, 2)
    assert (scores["alignment"], scores["top_match"]) == (100, 100)
    assert (scores["invalid_rate"], scores["invalid_cut"], scores["invalid_refused"]) == (0.5, 1, 0)
    assert scores["n_without_norms"] == 1


def test_answers_to_other_items_are_refused():
    with pytest.raises(InputError, match=r"answers.jsonl.*CU02"):
        score_cell([answer("CU01", 1)], TEST, BANK, "answers.jsonl")


def test_items_with_fewer_samples_are_refused():
    answers = [answer("CU01", 1), answer("CU01", 2, sample=1), answer("CU02", 1)]
    with pytest.raises(InputError, match="different numbers of samples"):
        score_cell(answers, TEST, BANK, "answers.jsonl")


def test_samples_are_a_distribution_and_an_invalid_one_counts_for_nothing():
    answers = [answer("CU01", choice, sample=n) for n, choice in enumerate((1, 2, None))]
    answers += [answer("CU02", 1, sample=n) for n in range(3)]
    scores = score_cell(answers, TEST, BANK, "answers.jsonl")
    assert (scores["similarity"], scores["wasserstein"]) == (100, 0)
    assert (scores["similarities"], scores["compared"]) == ([1.0], [1.0])


def test_a_row_may_have_a_distribution_of_its_own():
    answers = [
        answer("CU01", 1, sample=0) | {"shares": {"1": 0.75, "2": 0.25}},
        answer("CU01", 2, sample=1) | {"shares": {"1": 0.25, "2": 0.75}},
        *(answer("CU02", 1, sample=n) for n in range(2)),
    ]
    assert score_cell(answers, TEST, BANK, "answers.jsonl")["similarity"] == 100


def test_where_nothing_is_valid_nothing_is_compared():
    answers = [answer("CU01", None, "cut"), answer("CU02", 1)]
    scores = score_cell(answers, TEST, BANK, "answers.jsonl")
    assert math.isnan(scores["similarity"])
    assert scores["compared"] == [0.0]


def test_a_cell_tells_how_sure_its_gold_is():
    torn = {"item": "CU01", "top": 1, "shares": {"1": 0.52, "2": 0.48, "3": 0, "4": 0}}
    torn |= {"n": 25, "n_effective": 25.0}
    scored = score_cell([answer("CU01", 1)], [torn], BANK, "here")
    assert (scored["respondents"], scored["undecided"]) == (25, 1)


def test_tokens_are_counted_per_answer_and_empty_where_nobody_counts_them():
    counted = [
        answer("CU01", 1) | {"prompt_tokens": 120, "completion_tokens": written}
        for written in (10, 20)
    ]
    assert tokens(counted) == {"prompt_tokens": 120, "completion_tokens": 15}
    unknown = [one | {"prompt_tokens": 0} for one in counted]
    assert math.isnan(tokens(unknown)["prompt_tokens"])
    assert math.isnan(tokens([answer("CU01", 1)])["completion_tokens"])
