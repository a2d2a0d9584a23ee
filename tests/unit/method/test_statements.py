"""How well stated norms are told, on texts that were labelled by hand for this project."""

import json
from pathlib import Path

import pytest

from mores.method.statements import Norms

ROWS = [
    json.loads(line)
    for line in Path(__file__).with_name("statements.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("held_out", [False, True])
def test_precision_and_recall_on_the_labelled_texts(held_out):
    """Of pairs of a text and a norm; those held out were labelled after the rest was looked at."""
    rows = [row for row in ROWS if row.get("held_out", False) == held_out]
    found = {
        (at, norm)
        for at, row in enumerate(rows)
        for norm in Norms(row["norms"]).stated_in(row["text"])
    }
    stated = {(at, row["norms"][place]) for at, row in enumerate(rows) for place in row["stated"]}
    right = len(found & stated)
    precision, recall = right / len(found), right / len(stated)
    print(f"{len(rows)} texts, {len(stated)} stated: precision {precision:.2f} recall {recall:.2f}")
    for at, norm in sorted(found ^ stated):
        print("  wrong" if (at, norm) in found else "  missed", norm, "|", rows[at]["text"])
    assert precision >= 0.75
    assert recall >= 0.75


@pytest.mark.parametrize("text", ["", "...", "So option 2.", "not", "\n\n"])
def test_a_text_that_says_nothing_states_no_norm(text):
    assert Norms(ROWS[0]["norms"]).stated_in(text) == set()


def test_of_norms_that_are_the_same_but_for_a_word_the_nearer_one_is_stated():
    mild, firm = ROWS[0]["norms"][0], ROWS[0]["norms"][0].replace("mildly", "firmly")
    said = "The norms on keeping old customs: firmly against. So option 4."
    assert Norms([mild, firm]).stated_in(said) == {firm}
    assert Norms([mild]).stated_in(said) == {mild}  # which nothing nearer puts right
