"""Figures: what stands in them is what stands in the tables."""

import re
import struct

import pytest
from studies import Study

from mores.report.figures.contrasts import contrast_rows, draw_contrasts
from mores.report.figures.heat import draw_heat, topic_rows
from mores.report.figures.invalid import invalid_rows
from mores.report.figures.norm_counts import Counting, count_rows, draw_norm_counts
from mores.report.figures.scores import score_rows
from mores.report.figures.style import Drawing
from mores.report.headline import read_rows

STUDY = Study(countries=3, models=2, methods=4)
SPEC = Drawing(packages={})
CURVE = Counting(packages={}, curves={"m1": {3: "m1", 1: "m0"}})


def test_every_score_stands_between_its_floor_and_the_bare_question():
    table = STUDY.scores()
    rows = score_rows(table)
    assert len(rows) == 2 * 4 * (3 + 1)
    known = {(row["model"], row["method"], row["country"]): row for row in read_rows(table)}
    for row in rows:
        model, method = row["panel"].split(": ")
        told = known[model, method, row["country"]]
        assert row["alignment"] == float(told["alignment"])
        assert row["vanilla"] == float(known[model, "vanilla", row["country"]]["alignment"])
        assert row["floor"] == (60.1234 if row["country"] == "MEAN" else None)


def test_contrasts_are_the_means_and_only_sure_ones_are_called_so():
    rows = contrast_rows(STUDY.contrasts())
    assert [row["sure"] for row in rows] == ["yes", "yes", "no"] * 2
    assert rows[-1]["contrast"] == "model1: m1 - vanilla"
    assert rows[-1]["difference"] == 1.2345


def test_topics_are_means_over_the_countries_that_have_a_gain():
    head = "country\tmodel\tmethod\ttopic\tgain\n"
    text = head + "AAA\tm\tt\tfaith\t2\nBBB\tm\tt\tfaith\t5\nCCC\tm\tt\tfaith\t\n"
    assert topic_rows(text) == [
        {"model": "m", "method": "t", "topic": "faith", "gain": 3.5, "countries": 2}
    ]


def test_invalid_answers_are_shares_of_all_answers():
    rows = invalid_rows(STUDY.scores())
    assert {(row["reason"], row["share"]) for row in rows} == {("cut", 2.5)}  # 1 of 40


def test_a_curve_goes_from_few_norms_to_many():
    rows = count_rows(CURVE, STUDY.scores())
    assert [(row["model"], row["norms"], row["method"]) for row in rows] == [
        *(("model0", 1, "m0"), ("model0", 3, "m1"), ("model1", 1, "m0"), ("model1", 3, "m1")),
    ]


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (lambda table: draw_contrasts(SPEC, table), STUDY.contrasts()),
        (lambda table: draw_heat(SPEC, table), STUDY.scores()),
        (lambda table: draw_heat(SPEC, table), Study(methods=1).scores()),
        (lambda table: draw_norm_counts(CURVE, table), STUDY.scores()),
    ],
    ids=["contrasts", "heat", "heat of nothing", "norm counts"],
)
def test_a_figure_is_the_same_twice_and_in_both_formats(draw, table):
    one, two = draw(table), draw(table)
    plain = re.compile(r"(clip|gradient_)\d+").sub  # counted on within a process
    assert one | {"svg": plain("", one["svg"])} == two | {"svg": plain("", two["svg"])}
    assert one["svg"].startswith("<svg") and "NaN" not in one["svg"]
    width, height = struct.unpack(">II", one["png"][16:24])
    drawn = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', one["svg"])
    assert [width, height] == pytest.approx([3 * float(side) for side in drawn.groups()], abs=3)
    assert one["data"].endswith("\n")
