import numpy as np
import pytest

from mores.evaluations.choices.table import LAYOUT as ACCURACY
from mores.evaluations.survey.table import LAYOUT
from mores.scoring.contrasts import COLUMNS, Contrast, Pair, contrasts_table
from mores.scoring.resample import Resampling

SPEC = Resampling(permutations=2000)
ITEMS = [f"q{n:02}" for n in range(30)]
TOPICS = [f"t{n // 3}" for n in range(30)]
LEVELS = {"vanilla": 4.0, "placebo": 4.0, "top1": 1.0}


def cell(country, method, model="m", level=None):
    rng = np.random.default_rng([*country.encode(), *method.encode(), *model.encode()])
    squares = (LEVELS[method] if level is None else level) + rng.uniform(0, 0.5, 30)
    named = {"country": country, "model": model, "method": method}
    return named | {
        "items": ITEMS,
        "topics": TOPICS,
        "squares": squares.tolist(),
        "weights": [9.0] * 30,
        "invalid_rate": 0.0,
    }


def a_contrast(name, of, against="vanilla", model="m", **more):
    return Contrast(name=name, of=of, against=against, model=model, **more)


CELLS = [cell(country, method) for country in ("AAA", "BBB") for method in LEVELS]


def table(*contrasts, cells=CELLS, layout=LAYOUT):
    header, *lines = contrasts_table(contrasts, cells, SPEC, layout).splitlines()
    assert header.split("\t") == list(COLUMNS)
    rows = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]
    return {(row["contrast"], row["country"]): row for row in rows}


def score(one):
    return 100 * (1 - np.sqrt(sum(one["squares"]) / 270))


def test_a_contrast_is_the_difference_of_scores_in_each_country_and_on_average():
    found = table(a_contrast("gain", "top1"))
    assert [country for _, country in found] == ["AAA", "BBB", "MEAN"]
    differences = [score(cell(c, "top1")) - score(cell(c, "vanilla")) for c in ("AAA", "BBB")]
    told = [float(row["difference"]) for row in found.values()]
    assert told == pytest.approx([*differences, np.mean(differences)], abs=1e-4)
    mean = found["gain", "MEAN"]
    assert float(mean["low"]) < float(mean["difference"]) < float(mean["high"])
    assert (mean["topics"], mean["family"], mean["replicates"]) == ("10", "means", "1")
    assert float(mean["p_value"]) == pytest.approx(2 / 2**10, abs=1e-4)  # of ten topics
    assert float(mean["item_p_value"]) == pytest.approx(1 / 2000, abs=1e-4)
    assert found["gain", "AAA"]["family"] == "countries"


def test_a_control_is_tested_for_having_no_effect():
    small, large = a_contrast("none", "placebo", margin=3.0), a_contrast("some", "top1", margin=3.0)
    found = table(small, large)
    assert (found["none", "MEAN"]["equivalent"], found["none", "MEAN"]["margin"]) == (
        "yes",
        "3.0000",
    )
    assert found["some", "MEAN"]["equivalent"] == "no"
    assert found["none", "AAA"]["family"] == found["none", "MEAN"]["family"] == "controls"
    assert table(a_contrast("gain", "top1"))["gain", "MEAN"]["equivalent"] == ""


def test_a_difference_of_differences():
    other = [cell(c, name, "n") for c in ("AAA", "BBB") for name in ("vanilla", "top1")]
    than = Pair(model="n", of="top1", against="vanilla")
    found = table(
        a_contrast("more", "top1", than=than),
        a_contrast("one", "top1"),
        a_contrast("two", "top1", model="n"),
        cells=[*CELLS, *other],
    )
    one, two = (float(found[name, "MEAN"]["difference"]) for name in ("one", "two"))
    assert float(found["more", "MEAN"]["difference"]) == pytest.approx(one - two, abs=1e-3)
    assert found["more", "AAA"]["than"] == "top1 - vanilla of n"


def test_adjusted_p_values_are_of_a_family_and_never_below_the_plain_ones():
    contrasts = [a_contrast("gain", "top1"), a_contrast("none", "placebo")]
    found = table(*contrasts)
    assert all(float(row["p_adjusted"]) >= float(row["p_value"]) for row in found.values())
    alone = table(a_contrast("none", "placebo"))["none", "MEAN"]
    assert float(found["none", "MEAN"]["p_adjusted"]) == float(alone["p_adjusted"])


def test_a_country_that_lacks_a_cell_has_no_row():
    found = table(a_contrast("gain", "top1"), cells=CELLS[:-1])
    assert [country for _, country in found] == ["AAA", "MEAN"]
    assert found["gain", "MEAN"]["countries"] == "1"


def test_a_country_without_any_common_answer_is_out_of_the_mean_which_says_so():
    silent = CELLS[-1] | {"weights": [0.0] * 30, "squares": [0.0] * 30, "invalid_rate": 1.0}
    found = table(a_contrast("gain", "top1"), cells=[*CELLS[:-1], silent])
    assert {country: row["countries"] for (_, country), row in found.items()} == {
        "AAA": "1",
        "MEAN": "1",
    }
    assert table(a_contrast("gain", "top1"))["gain", "MEAN"]["countries"] == "2"


def test_any_evaluation_whose_score_is_a_ratio_of_sums():
    rng = np.random.default_rng(0)
    cells = [
        {"country": "AAA", "model": "m", "method": method, "items": ITEMS, "topics": TOPICS}
        | {"hits": rng.binomial(5, rate, 30).tolist(), "answers": [5] * 30, "invalid_rate": 0.0}
        for method, rate in (("vanilla", 0.3), ("top1", 0.8))
    ]
    row = table(a_contrast("gain", "top1"), cells=cells, layout=ACCURACY)["gain", "AAA"]
    hits = [sum(one["hits"]) / 1.5 for one in cells]
    assert float(row["difference"]) == pytest.approx(hits[1] - hits[0], abs=1e-4)


def test_a_row_bears_the_marks_of_all_its_sides():
    """A gain of answers that were easy, or over a baseline that hardly answers, is marked."""
    assert {row["marks"] for row in table(a_contrast("gain", "top1")).values()} == {""}
    few = [one | {"respondents": 25.0, "undecided": 0.0} for one in CELLS]
    silent = [
        one | {"invalid_rate": 0.986 if (one["method"], one["country"]) == ("top1", "AAA") else 0}
        for one in few
    ]
    than = Pair(model="m", of="top1", against="vanilla")
    found = table(
        a_contrast("gain", "top1"),
        a_contrast("loss", "vanilla", "top1"),
        a_contrast("more", "placebo", than=than),
        cells=silent,
    )
    for name in ("gain", "loss", "more"):
        told = [set(found[name, one]["marks"].split(",")) for one in ("AAA", "BBB", "MEAN")]
        assert told == [{"many_invalid", "few_respondents"}, {"few_respondents"}, told[0]]


def test_no_contrasts_are_an_empty_table():
    assert contrasts_table((), CELLS, SPEC, LAYOUT) == "\t".join(COLUMNS) + "\n"


def test_replicates_are_averaged_and_in_the_interval():
    levels = {"m": 1.0, "m+m1": 1.4, "m+m2": 0.7}
    drawn = [
        cell(country, "top1", model, level)
        for country in ("AAA", "BBB")
        for model, level in levels.items()
    ]
    plain = [one for one in CELLS if one["method"] == "vanilla"]
    found = table(a_contrast("gain", "top1"), cells=[*plain, *drawn])
    alone = [
        table(
            a_contrast("gain", "top1"),
            cells=[*plain, *({**one, "model": "m"} for one in drawn if one["model"] == model)],
        )
        for model in levels
    ]
    for row in (("gain", "AAA"), ("gain", "MEAN")):
        mean = np.mean([float(one[row]["difference"]) for one in alone])
        assert float(found[row]["difference"]) == pytest.approx(mean, abs=1e-3)
        assert found[row]["replicates"] == "3"
        width = float(found[row]["high"]) - float(found[row]["low"])
        widths = [float(one[row]["high"]) - float(one[row]["low"]) for one in alone]
        assert width > max(widths)
    assert {one["gain", "MEAN"]["replicates"] for one in alone} == {"1"}


def test_a_control_whose_draws_go_far_apart_is_not_equivalent():
    levels = {"m": 4.0, "m+m1": 2.5, "m+m2": 6.0}
    drawn = [cell("AAA", "placebo", model, level) for model, level in levels.items()]
    control = a_contrast("none", "placebo", margin=3.0)
    found = table(control, cells=[cell("AAA", "vanilla"), *drawn])
    assert found["none", "AAA"]["equivalent"] == "no"
