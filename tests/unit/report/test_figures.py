"""Figures: what stands in them is what stands in the tables."""

import math
import re
import struct
from itertools import product

import pytest
from studies import Study, tsv

from mores.evaluations.cdeval.table import COLUMNS as PROFILES
from mores.evaluations.pact.table import LAYOUT as ALLOWED
from mores.evaluations.survey.table import LAYOUT as SCORES
from mores.report.figures.consistency import consistency_rows, draw_consistency
from mores.report.figures.contrasts import contrast_rows, draw_contrasts
from mores.report.figures.heat import draw_heat, topic_rows
from mores.report.figures.invalid import invalid_rows
from mores.report.figures.norm_counts import Counting, count_rows, draw_norm_counts
from mores.report.figures.norm_sources import Sourcing, draw_norm_sources, source_rows
from mores.report.figures.plane import Placing, Plane, draw_plane, plane_rows
from mores.report.figures.profiles import draw_profiles, profile_rows
from mores.report.figures.scores import draw_scores, score_rows
from mores.report.figures.style import Drawing, Shown
from mores.report.figures.tradeoff import draw_tradeoff, tradeoff_rows
from mores.report.figures.training import Trained, draw_training, training_rows
from mores.report.figures.uncertainty import draw_uncertainty, uncertainty_rows
from mores.report.headline import read_rows

STUDY = Study(countries=3, models=2, methods=4)
SPEC = Drawing(packages={})
CURVE = Counting(packages={}, curves={"m1": {3: "m1", 1: "m0"}})
THREE = Placing(packages={}, countries=("AAA", "AAB", "AAC"))
MINED = Sourcing(packages={}, sources={"top1": {"": "top1", "model1": "m0"}})
PEOPLE = {"AAA": {"q": {"1": 1.0}}, "AAB": {"q": {"2": 1.0}}, "AAC": {"q": {"3": 1.0}}}
LISTED = ("country", "model", "method", "item", "gold_share", "answers")
PROFILED = [
    {"country": "USA", "dimension": "PDI", "domain": "ALL", "reference": 0.4, "likelihood": 0.55},
    {"country": "USA", "dimension": "PDI", "domain": "work", "reference": 0.4, "likelihood": 0.1},
    {"country": "KEN", "dimension": "PDI", "domain": "ALL", "reference": "no reference"},
    {"country": "MEAN", "dimension": "PDI", "domain": "ALL", "reference": 0.4, "likelihood": 0.2},
]
VARIANT = {"country": "AAA", "model": "m", "method": "reversed", "variant_of": "vanilla"}
GAINED = {"country": "MEAN", "model": "m", "method": "dpo", "delta": 5, "delta_low": -1}


def test_every_score_stands_between_its_floor_and_the_bare_question():
    table = STUDY.scores()
    rows = score_rows(table)
    assert len(rows) == 2 * 4 * (3 + 1)
    known = {(row["model"], row["method"], row["country"]): row for row in read_rows(table)}
    for row in rows:
        model = row["model"]
        told = known[model, row["method"], row["country"]]
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


def texts(svg: str) -> list[str]:
    """What is written in a figure."""
    return re.findall(r">([^<>]+)</text>", svg)


def test_a_curve_has_one_mark_a_point_and_one_entry_in_the_legend():
    drawn = draw_norm_counts(CURVE, STUDY.scores())
    marks = re.findall(r'aria-roledescription="point"', drawn["svg"])
    assert len(marks) == len(count_rows(CURVE, STUDY.scores()))
    assert texts(drawn["svg"]).count("m1") == 1


def test_small_differences_are_told_apart_and_none_is_less_than_nothing():
    deltas = {"AAA": -0.04, "AAB": 0.34, "AAC": -12.26, "MEAN": -4}
    rows = [
        {"country": code, "model": "m", "method": "top1", "delta": delta}
        for code, delta in deltas.items()
    ]
    told = texts(draw_heat(SPEC, tsv(SCORES.columns, rows))["svg"])
    assert {"+0.0", "+0.3", "\u221212.3", "\u22124.0"} <= set(told)


NAMED = ("zeta", "eta")  # in no alphabet's order


@pytest.mark.parametrize(
    "draw",
    [
        lambda: draw_consistency(SPEC, variants_of(NAMED)),
        lambda: draw_profiles(SPEC, profiles_of(NAMED)),
    ],
    ids=["by model", "profiles"],
)
def test_models_come_as_in_the_table(draw):
    told = [text.split(":")[0] for text in texts(draw()["svg"])]
    assert told.index("zeta") < told.index("eta")


def variants_of(models) -> str:
    rows = [VARIANT | {"model": model, "consistency": 80} for model in models]
    return tsv(SCORES.columns, rows)


def profiles_of(models) -> str:
    rows = [PROFILED[0] | {"model": model, "method": "vanilla"} for model in models]
    return tsv(PROFILES, rows)


def test_trainings_come_in_the_order_of_their_adapters(tmp_path):
    adapters = (("zeta", "m", "AAA"), ("eta", "m", "AAA"))
    spec = Trained(packages={}, adapters=adapters)
    told = texts(draw_training(spec, histories(tmp_path, 2.5, 1.5))["svg"])
    assert told.index("m: zeta") < told.index("m: eta")


def listed(*rows):
    """The list of items of one model and method, `m: v`, of rows of the other columns."""
    named = [{"country": "AAA", "model": "m", "method": "v", "item": "q"} | row for row in rows]
    return tsv(LISTED, named)


def histories(folder, *losses):
    """An adapter's folder for each of these losses, with what TRL tells at its end."""
    for place, loss in enumerate(losses):
        (folder / str(place)).mkdir()
        told = f'{{"step": 1, "epoch": 0.5, "loss": {loss}}}\n{{"train_runtime": 1.0}}\n'
        (folder / str(place) / "training.jsonl").write_text(told)
    return [folder / str(place) for place in range(len(losses))]


def test_norms_of_the_model_that_answers_bear_its_name():
    rows = source_rows(MINED, STUDY.scores())
    told = [(row["model"], row["source"], row["method"]) for row in rows]
    assert told == [
        *(("model0", "model0", "top1"), ("model0", "model1", "m0")),
        *(("model1", "model1", "top1"), ("model1", "model1", "m0")),
    ]
    assert rows[0]["vanilla"] != rows[2]["vanilla"]


def test_uncertainty_is_of_items_alike_in_what_people_are_sure_of():
    rows = uncertainty_rows(
        listed(
            {"gold_share": 0.42, "answers": "1:0.50 2:0.50"},
            {"gold_share": 0.48, "answers": "2:1.00"},
            {"gold_share": 1.0, "answers": "2:1.00"},
            {"gold_share": 0.45, "answers": ""},
        )
    )
    assert [(row["people"], row["answers"], row["items"]) for row in rows] == [
        (pytest.approx(45), 75, 2),
        (100, 100, 1),
    ]
    assert (rows[0]["low"], rows[0]["high"]) == (62.5, 87.5)


def test_whoever_answers_as_a_country_does_lies_where_it_lies():
    """Three countries that agree in nothing are as far from each other as can be: sqrt 2."""
    plane = Plane(PEOPLE)
    (row,) = plane_rows(plane, listed({"answers": "1:1.00"}))
    assert (row["x"], row["y"]) == pytest.approx((row["people_x"], row["people_y"]))
    places = [*plane.countries.values()]
    apart = [math.dist(places[one], places[two]) for one, two in ((0, 1), (0, 2), (1, 2))]
    assert apart == pytest.approx([math.sqrt(2)] * 3)
    assert sum(plane.told) == pytest.approx(100)


def test_an_item_without_an_answer_lies_in_the_middle_and_one_not_asked_everywhere_counts_not():
    plane = Plane({country: {**of, "p": {"1": 1.0}} for country, of in PEOPLE.items()})
    assert plane.place({"p": {"1": 1.0}}) == pytest.approx((0, 0))
    assert plane_rows(Plane(PEOPLE), listed({"item": "p", "answers": "1:1.00"})) == []
    assert plane_rows(Plane(PEOPLE), listed({"country": "ZZZ", "answers": "1:1.00"})) == []


def test_consistency_is_of_variants_alone():
    told = consistency_rows(tsv(SCORES.columns, [VARIANT | {"consistency": 62.5}, GAINED]))
    assert told == [VARIANT | {"consistency": 62.5}]


def test_a_curve_of_training_is_of_steps_with_a_loss(tmp_path):
    spec = Trained(packages={}, adapters=(("sft", "m", "AAA"), ("sft", "m", "AAB")))
    rows = training_rows(spec, histories(tmp_path, 2.0, 3.0))
    assert [(row["panel"], row["learner"], row["epoch"], row["loss"]) for row in rows] == [
        ("m: sft", "AAA", 0.5, 2.0),
        ("m: sft", "AAB", 0.5, 3.0),
    ]


def test_profiles_are_of_countries_with_a_score_and_whole_dimensions():
    named = [{"model": "m", "method": "v"} | row for row in PROFILED]
    (row,) = profile_rows(tsv(PROFILES, named))
    assert (row["country"], row["reference"], row["likelihood"]) == ("USA", 40, pytest.approx(55))


def test_a_trade_off_is_of_methods_that_have_both_differences():
    near = tsv(SCORES.columns, [GAINED, GAINED | {"method": "sft"}, GAINED | {"country": "AAA"}])
    free = tsv(ALLOWED.columns, [GAINED | {"delta": -2}, GAINED | {"method": "vanilla"}])
    (row,) = tradeoff_rows(near, free)
    assert (row["method"], row["alignment"], row["allowed"]) == ("dpo", 5, -2)
    assert (row["alignment_low"], row["alignment_high"]) == (-1, None)


PAPER = Study(countries=18, models=4, methods=25, topics=2, test=2)
PART = Shown(models=tuple(PAPER.models), methods=tuple(PAPER.methods[1:4]))
PAGE = Drawing(packages={}, shown=PART)
PEOPLED = Placing(packages={}, countries=tuple(PAPER.countries), shown=PART)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: draw_scores(PAGE, PAPER.scores()),
        lambda: draw_uncertainty(PAGE, PAPER.listed()),
        lambda: draw_plane(PEOPLED, PAPER.listed(), PAPER.peopled()),
    ],
    ids=["scores", "uncertainty", "plane"],
)
def test_a_page_of_a_large_grid_is_read_at_a_page_s_width(draw):
    page = draw()
    names, *lines = (line.split("\t") for line in page["data"].splitlines())
    shown = {tuple(line[names.index(one)] for one in ("model", "method")) for line in lines}
    assert shown == set(product(PART.models, PART.methods))
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', page["svg"]).groups())
    sizes = {float(one) for one in re.findall(r'font-size="([\d.]+)px"', page["svg"])}
    # On paper of 6.5 x 9 inches no letter is smaller than 5.5 points.
    scale = min(6.5 * 72 / width, 9 * 72 / height)
    assert min(sizes) * scale >= 5.5, (width, height, sizes)


def test_pages_of_a_figure_have_the_same_axis():
    """Else a dot further right on one page than on the next would mean nothing."""
    table = tsv(
        SCORES.columns,
        [
            {"country": "MEAN", "model": "m", "method": method, "alignment": score}
            for method, score in (("low", 11), ("high", 97))
        ],
    )
    pages = [
        draw_scores(Drawing(packages={}, shown=Shown(models=("m",), methods=(one,))), table)
        for one in ("low", "high")
    ]
    axes = [re.findall(r">(\d+)</text>", page["svg"]) for page in pages]
    assert axes[0] == axes[1] and {"20", "100"} <= set(axes[0])


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (lambda table: draw_contrasts(SPEC, table), STUDY.contrasts()),
        (lambda table: draw_heat(SPEC, table), STUDY.scores()),
        (lambda table: draw_heat(SPEC, table), Study(methods=1).scores()),
        (lambda table: draw_norm_counts(CURVE, table), STUDY.scores()),
        (lambda table: draw_norm_sources(MINED, table), STUDY.scores()),
        (lambda table: draw_uncertainty(SPEC, table), STUDY.listed()),
        (lambda table: draw_plane(THREE, table, [STUDY.rows("test")] * 3), STUDY.listed()),
        (lambda table: draw_consistency(SPEC, table), tsv(SCORES.columns, [VARIANT])),
        (lambda table: draw_profiles(SPEC, table), tsv(PROFILES, PROFILED)),
        (
            lambda table: draw_tradeoff(SPEC, table, tsv(ALLOWED.columns, [GAINED])),
            tsv(SCORES.columns, [GAINED]),
        ),
    ],
    ids=[
        *("contrasts", "heat", "heat of nothing", "norm counts", "norm sources", "uncertainty"),
        *("plane of countries alike", "consistency of nothing", "profiles", "trade-off"),
    ],
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
