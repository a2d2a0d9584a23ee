import csv
import json
from pathlib import Path

import numpy as np
import pytest

from mores.errors import InputError
from mores.evaluations.guardrails import Guarding, distance, score_guardrails, verdict

ROOT = Path(__file__).parents[3]
COUNTRIES, TOPICS, EACH = ("XAV", "XLE"), 8, 3
ITEMS = [f"Q{number}" for number in range(TOPICS * EACH)]
ON = [f"t{number // EACH}" for number in range(TOPICS * EACH)]


def survey_cell(method, country, code, missed=0.0, near=1.0):
    """Every answer is `code`; so many name none; as near to gold as said."""
    count = len(ITEMS)
    cell = {"model": "m", "method": method, "country": country, "items": ITEMS, "topics": ON}
    cell |= {"squares": [(1 - near) * 9.0] * count, "weights": [9.0] * count}
    return cell | {
        "samples": 4,
        "missed": [missed] * count,
        "shares": [{str(code): 1.0}] * count,
    }


def quiz_cell(method, country, hits):
    cell = {"model": "m", "method": method, "country": country, "items": ITEMS, "topics": ON}
    return cell | {"hits": hits, "answers": [1] * len(ITEMS)}


def table(survey, quiz=()):
    cells = (("values", len(survey)), ("quiz", len(quiz)))[: 2 if quiz else 1]
    spec = Guarding(cells=cells, packages={}, resamples=100)
    text = score_guardrails(spec, [*survey, *quiz])
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    return {(row["check"], row["method"], row["country"]): row for row in rows}


def test_a_model_that_answers_alike_everywhere_has_lost_the_countries():
    told = [survey_cell("vanilla", c, code) for c, code in zip(COUNTRIES, (1, 4), strict=True)]
    alike = [survey_cell("sft", c, 2, near=0.75) for c in COUNTRIES]
    made = table([*told, *alike])
    apart = made["apart", "sft", "MEAN"]
    assert (float(apart["vanilla"]), float(apart["value"])) == (100, 0)
    assert (float(apart["delta"]), apart["verdict"]) == (-100, "lost")
    # Its alignment fell at once: 1 - sqrt(0.25).
    assert float(made["alignment", "sft", "MEAN"]["value"]) == 50
    assert made["form", "sft", "MEAN"]["verdict"] == "kept"


def test_answers_that_lose_their_form_are_told():
    cells = [survey_cell("vanilla", c, 1) for c in COUNTRIES]
    cells += [survey_cell("sft", c, 1, missed=0.5) for c in COUNTRIES]
    form = table(cells)["form", "sft", "MEAN"]
    assert (float(form["vanilla"]), float(form["value"]), form["verdict"]) == (100, 50, "lost")


def test_a_set_of_the_study_s_is_a_check_of_its_own():
    survey = [survey_cell(method, c, 1) for method in ("vanilla", "sft") for c in COUNTRIES]
    right, wrong = [1] * len(ITEMS), [0] * len(ITEMS)
    quiz = [quiz_cell("vanilla", c, right) for c in COUNTRIES]
    quiz += [quiz_cell("sft", "XAV", wrong), quiz_cell("sft", "XLE", right)]
    made = table(survey, quiz)
    found = {c: float(made["quiz", "sft", c]["delta"]) for c in (*COUNTRIES, "MEAN")}
    assert found == {"XAV": -100, "XLE": 0, "MEAN": -50}
    assert not [key for key in made if key[1] == "vanilla"]


def test_the_distance_of_countries_is_not_the_spread_of_answers():
    """Drawn three at a time from the same shares, or others: the mean is the distributions' own."""
    rng = np.random.default_rng(0)

    def drawn(shares):
        counts = rng.multinomial(3, shares)
        return {str(code): count / 3 for code, count in enumerate(counts)}

    one, other = [0.5, 0.3, 0.2], [0.2, 0.3, 0.5]
    alike = np.mean([distance(drawn(one), 3, drawn(one), 3) for _ in range(4000)])
    apart = np.mean([distance(drawn(one), 3, drawn(other), 3) for _ in range(4000)])
    assert alike == pytest.approx(0, abs=0.015)
    assert apart == pytest.approx((0.3**2 + 0.3**2) / 2, abs=0.015)
    assert distance({"1": 1.0}, 3, {"2": 1.0}, 3) == 1


def test_one_answer_an_item_tells_no_distance():
    cells = [survey_cell(method, c, 1) for method in ("vanilla", "sft") for c in COUNTRIES]
    made = table([cell | {"samples": 1} for cell in cells])
    assert made["apart", "sft", "MEAN"]["delta"] == made["apart", "sft", "MEAN"]["verdict"] == ""


@pytest.mark.parametrize(
    ("low", "high", "p", "told"),
    [
        (-9, -1, 0.01, "lost"),
        (-9, -1, 0.2, "undecided"),
        (-4, -1, 0.2, "kept"),
        (-4, 3, 1, "kept"),
        (-6, 3, 1, "undecided"),
        (float("nan"), float("nan"), 0.01, "undecided"),
    ],
)
def test_verdicts(low, high, p, told):
    assert verdict(low, high, p, Guarding(cells=(), packages={})) == told


def test_a_run_without_a_tuned_method_is_told():
    with pytest.raises(InputError, match="no tuned method beside vanilla"):
        score_guardrails(Guarding(cells=(), packages={}))


@pytest.mark.parametrize(("name", "count"), [("harmful", 24), ("harmless", 24), ("skills", 40)])
def test_no_place_among_the_options_is_right_more_often(name, count):
    text = (ROOT / f"resources/guardrails/{name}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    places = [row["options"].index(row["gold"]) for row in rows]
    options = len(rows[0]["options"])
    assert len({row["question"] for row in rows}) == len(rows) == count
    assert [places.count(place) for place in range(options)] == [count // options] * options
