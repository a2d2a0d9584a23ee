from pathlib import Path

import pytest

from mores.errors import InputError
from mores.scoring.review.sheet import COLUMNS, norm_review

WORK = "In Avethia strikes should be allowed."


def test_a_sheet_has_every_source_and_control_and_tells_none(review):
    sheet, made, key = review()
    assert list(sheet[0]) == list(COLUMNS)
    assert {row["id"] for row in sheet} == {row["id"] for row in key}
    assert {(row["source"], row["country"]) for row in key} == {
        (source, country)
        for source in ("mined", "other_country", "turned")
        for country in ("XAV", "XLE")
    }
    for told in (made["sheet"], made["form"]):
        assert not [word for word in ("top1", "mined", "turned", "other_country") if word in told]
    assert not [row for row in sheet if row["accurate"] or row["specific"] or row["rater"]]


def test_what_two_sources_say_is_one_row_of_two_sources(review):
    sheet, _, key = review()
    assert [row["norm"] for row in sheet].count(WORK) == 1
    sources = [row["mining"] for row in key if row["norm"] == WORK]
    assert sorted(sources) == ["top1", "topic"]


def test_controls_are_of_the_country_they_are_said_of(review):
    _, _, key = review(controls=9)
    lent = [row for row in key if row["source"] == "other_country"]
    assert {row["norm"] for row in lent if row["country"] == "XLE"} == {
        "In Lethara strikes should be allowed.",
        "Letharan youths never idle.",
        "People value their culture.",
    }
    # What both countries mined is no control of either.
    assert "People pray daily." not in {row["norm"] for row in lent}
    turned = {row["norm"] for row in key if (row["source"], row["country"]) == ("turned", "XAV")}
    assert "Avethian youths always idle." in turned


def test_the_order_is_drawn_and_tells_nothing_of_the_source(review):
    sheet, _, key = review()
    source = {row["id"]: row["source"] for row in key}
    order = [source[row["id"]] for row in sheet]
    assert order != sorted(order) and order != sorted(order, reverse=True)
    assert [row["id"] for row in sheet] == [row["id"] for row in review()[0]]
    other = review(seed=1)[0]
    assert other[0]["sheet"] != sheet[0]["sheet"]
    assert [row["norm"] for row in other] != [row["norm"] for row in sheet]


def test_fewer_norms_are_drawn_where_fewer_are_wanted(review):
    _, _, key = review(per_source=1, controls=0)
    assert len(key) == 3 and {row["source"] for row in key} == {"mined"}


def test_no_spreadsheet_runs_a_norm_or_takes_an_id_for_a_number(review):
    sheet, _, _ = review()
    assert all(row["id"].startswith("n") and row["sheet"].startswith("s") for row in sheet)
    (norm,) = (row["norm"] for row in sheet if "HYPERLINK is always" in row["norm"])
    assert norm == "'=HYPERLINK is always a norm."


def test_a_study_without_norms_is_told(reviewing):
    spec, norms = reviewing()
    empty = [[{"topic": "work", "norms": None}] for _ in norms]
    none = spec.model_copy(update={"sources": ()})
    for given in ((spec, Path("unread"), empty), (none, Path("unread"))):
        with pytest.raises(InputError, match="no norm was mined"):
            norm_review(*given)
