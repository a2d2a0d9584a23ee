"""Models whose figures arithmetic gives, on the scenes that ship and on hand-made ones."""

import numpy as np
import pytest

from mores.errors import InputError
from mores.evaluations.pact.gap import gap_columns
from mores.evaluations.pact.score import score
from mores.evaluations.pact.table import LAYOUT, table
from mores.method.countries import Country
from mores.scoring.contrasts import COLUMNS, Contrast, contrasts_table
from mores.scoring.resample import Resampling

KENYA = Country(code="KEN", name="Kenya", adjective="Kenyan")
JAPAN = Country(code="JPN", name="Japan", adjective="Japanese")


def decided(questions, allows, samples=1):
    """The answers of a model that allows the wish of a scene or not; None is no decision."""
    rows = []
    for fact in questions.facts:
        for name in (fact.scene, f"{fact.scene}.turned"):
            gold, allow = questions.gold[name], allows(fact)
            choice = None if allow is None else gold if allow else 3 - gold
            told = {"item": name, "choice": choice, "n_norms": 0}
            rows += [told | {"invalid": None if choice else "refused"}] * samples
    return rows


def scored(questions, allows):
    return score(questions, decided(questions, allows), None, "here")


def test_a_model_that_always_follows_allows_nothing(shipped):
    found = scored(shipped("scenes.csv"), lambda fact: False)
    assert (found["allow_rate"], found["allow_least"], found["allow_most"]) == (0, 0, 0)
    assert (found["n_items"], found["n_valid"], found["n_answers"]) == (84, 84, 168)
    assert found["region_spread"] == found["age_spread"] == found["gender_spread"] == 0
    assert found["first_rate"] == 50


def test_a_model_that_always_allows_allows_all(shipped):
    found = scored(shipped("scenes.csv"), lambda fact: True)
    assert found["allow_rate"] == found["own_rate"] == found["same_rate"] == 100
    assert (found["own_gap"], found["region_spread"], found["invalid_rate"]) == (0, 0, 0)


def test_a_model_that_follows_its_own_country_alone(shipped):
    found = scored(shipped("scenes.csv"), lambda fact: not fact.own)
    assert (found["own_rate"], found["other_rate"], found["own_gap"]) == (0, 100, -100)
    assert found["allow_rate"] == pytest.approx(100 * 77 / 84)
    assert found["region_spread"] == 50  # half the scenes of Kenya's region are Kenya's
    assert sum(found["own"]) == 7
    abroad = scored(shipped("demo.csv"), lambda fact: not fact.own)
    assert abroad["allow_rate"] == 100 and np.isnan(abroad["own_rate"])


def test_a_model_that_always_takes_the_first_option_allows_half(shipped):
    questions = shipped("scenes.csv")
    rows = [{"item": name, "choice": 1, "invalid": None, "n_norms": 0} for name in questions.gold]
    found = score(questions, rows, None, "here")
    assert (found["allow_rate"], found["first_rate"]) == (50, 100)
    assert found["own_gap"] == found["age_spread"] == 0


def test_a_model_that_allows_the_young_and_the_near(shipped):
    young = scored(shipped("scenes.csv"), lambda fact: fact.age == "18-29")
    assert (young["age_spread"], young["allow_rate"]) == (100, pytest.approx(100 / 3))
    assert young["gender_spread"] == 0
    near = scored(shipped("scenes.csv"), lambda fact: fact.relation != "far")
    assert (near["same_rate"], near["close_rate"], near["far_rate"]) == (100, 100, 0)


def test_what_is_unknown_is_counted_by_reason_and_bounds_the_rate(shipped):
    questions = shipped("scenes.csv")
    half = {fact.scene for fact in questions.facts[::2]}
    found = scored(questions, lambda fact: None if fact.scene in half else True)
    assert (found["n_items"], found["n_valid"], found["n_answers"]) == (84, 42, 168)
    assert (found["allow_rate"], found["allow_least"], found["allow_most"]) == (100, 50, 100)
    assert (found["invalid_rate"], found["invalid_refused"], found["invalid_cut"]) == (0.5, 84, 0)
    nothing = scored(questions, lambda fact: None)
    assert nothing["n_valid"] == 0 and np.isnan(nothing["allow_rate"])
    assert (nothing["allow_least"], nothing["allow_most"]) == (0, 100)


def test_a_cell_has_what_contrasts_by_topic_take(shipped):
    questions = shipped("scenes.csv", topics={"family": "social_values"})
    found = scored(questions, lambda fact: fact.age == "18-29")
    topics = [questions.bank.items[name].topic for name in found["items"]]
    assert found["topics"] == topics and set(topics) >= {"social_values", "work"}
    allowed, decided = (sum(found[key]) for key in LAYOUT.sums)
    assert float(LAYOUT.formula(allowed, decided)) == found["allow_rate"]
    assert (len(found["allowed"]), decided) == (84, 168)


def test_answers_to_other_scenes_are_refused(shipped):
    questions = shipped("scenes.csv")
    rows = decided(questions, lambda fact: True)
    with pytest.raises(InputError, match=r"here: answers and scenes differ \(P001, 1 in all\)"):
        score(questions, rows[1:], None, "here")


def rated(row, *humans):
    return [
        row(situation=str(n), base_country=base, human_allow=allow, human_raters=raters)
        for n, (base, allow, raters) in enumerate(humans)
    ]


def test_against_raters_by_a_hand_made_table(row, scenes):
    """Rates of four raters each: 75, 25 in Kenya, 100 in Japan; the model: 100, 100, 0."""
    humans = ("Kenya", 3, 4), ("Kenya", 1, 4), ("Japan", 4, 4), ("Japan", "", "")
    questions = scenes(*rated(row, *humans))
    found = scored(questions, lambda fact: fact.base == "Kenya")
    assert (found["n_rated"], found["raters"], found["n_items"]) == (3, 4, 4)
    assert found["human_rate"] == pytest.approx(100 * 8 / 12)
    assert (found["majority_match"], found["n_majority"]) == (pytest.approx(100 / 3), 3)
    assert found["mae_scenes"] == pytest.approx((25 + 75 + 100) / 3)
    assert found["mae_countries"] == pytest.approx((50 + 100) / 2)
    assert found["signed_gap"] == pytest.approx((25 + 75 - 100) / 3)
    assert found["human_agreement"] == pytest.approx((75 + 75 + 100) / 3)
    assert found["human_pairs"] == pytest.approx((50 + 50 + 100) / 3)
    assert found["model_agreement"] == found["model_pairs"] == 100
    assert np.isnan(found["agreement_r"])  # the model's does not vary


def test_raters_who_decide_like_the_model_are_no_distance_away(row, scenes):
    questions = scenes(*rated(row, ("Kenya", 2, 2), ("Kenya", 0, 2), ("Japan", 1, 2)))
    rows = decided(questions, lambda fact: fact.allowed == 2, samples=2)
    for place in (8, 9):  # the first order of the third scene allows, the other does not
        rows[place] = rows[place] | {"choice": questions.gold[rows[place]["item"]]}
    found = score(questions, rows, None, "here")
    assert found["mae_scenes"] == found["mae_countries"] == found["signed_gap"] == 0
    assert (found["majority_match"], found["n_majority"]) == (100, 2)
    assert found["agreement_r"] == found["pairs_r"] == pytest.approx(1)


def test_without_raters_nothing_is_said_of_them(shipped):
    found = scored(shipped("scenes.csv"), lambda fact: True)
    assert found["n_rated"] == found["n_majority"] == 0
    assert all(np.isnan(found[name]) for name in ("raters", "mae_scenes", "agreement_r"))


def test_the_table_has_what_tuning_changed(shipped):
    cells = []
    for country in (KENYA, JAPAN):
        questions = shipped("scenes.csv", country)
        for method, allows in (
            ("vanilla", lambda fact: True),
            ("cnca_dpo", lambda fact: not fact.own),
        ):
            named = {"country": country.code, "model": "m", "method": method}
            cells.append(named | scored(questions, allows))
    header, *lines = table(Resampling(resamples=200), cells, None, None).splitlines()
    assert tuple(header.split("\t")) == LAYOUT.columns
    rows = [dict(zip(LAYOUT.columns, line.split("\t"), strict=True)) for line in lines]
    found = {(one["country"], one["method"]): one for one in rows}
    assert float(found["KEN", "cnca_dpo"]["delta"]) == pytest.approx(-100 * 7 / 84, abs=1e-4)
    assert float(found["MEAN", "cnca_dpo"]["own_gap"]) == -100
    assert float(found["MEAN", "vanilla"]["allow_rate"]) == 100
    assert found["MEAN", "vanilla"]["raters"] == "" and found["MEAN", "vanilla"]["delta"] == ""
    assert found["MEAN", "vanilla"]["gap_delta"] == ""
    change = [found["MEAN", "cnca_dpo"][f"gap_delta{end}"] for end in ("", "_low", "_high")]
    assert change == ["-100.0000"] * 3  # certain, whichever scenes are drawn


def test_the_gap_s_interval_is_that_of_scenes_drawn_again(shipped):
    """Half the own scenes are allowed, all of the others: the gap of a draw is binomial."""
    questions = shipped("scenes.csv")
    wished = {fact.scene: n % 2 == 0 for n, fact in enumerate(questions.facts) if fact.own}
    named = {"country": "KEN", "model": "m", "method": "top1"}
    cell = named | scored(questions, lambda fact: wished.get(fact.scene, True))
    rng = np.random.default_rng(5)
    drawn = rng.integers(0, 84, size=(4000, 84))  # the first seven scenes are Kenya's
    own, half = drawn < 7, np.isin(drawn, [0, 2, 4, 6])
    with np.errstate(invalid="ignore"):
        expected = 100 * ((own & half).sum(axis=1) / own.sum(axis=1) - 1)
    ends = np.nanquantile(expected, [0.025, 0.975])
    columns = gap_columns([cell], cell["items"], Resampling(resamples=4000))
    found = columns([cell])
    assert cell["own_gap"] == pytest.approx(100 * (4 / 7 - 1))
    assert [found["own_gap_low"], found["own_gap_high"]] == pytest.approx([*ends], abs=3)


def test_the_bridge_is_a_contrast_of_own_scenes_against_the_others(shipped):
    """A tuned model that follows its own country alone, beside one that allows everything."""
    cells = []
    for country in (KENYA, JAPAN):
        asked = shipped("scenes.csv", country=country)
        for method, allows in {
            "vanilla": lambda fact: True,
            "tuned": lambda fact: not fact.own,
        }.items():
            named = {"country": country.code, "model": "m", "method": method}
            cells.append(named | scored(asked, allows))
    contrast = Contrast(name="tuned", model="m", of="tuned", against="vanilla")
    text = contrasts_table((contrast,), cells, Resampling(), LAYOUT)
    rows = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in text.splitlines()[1:]]
    found = {(row["contrast"], row["country"]): row for row in rows}
    own = found["tuned_own", "MEAN"]
    assert {float(found["tuned_own", c]["difference"]) for c in ("KEN", "JPN", "MEAN")} == {-100}
    assert (own["than"], own["topics"]) == ("the same on the other items", "7")
    assert float(own["low"]) == float(own["high"]) == -100
    # On all scenes it is the share of own ones, and nothing is taken off.
    whole = found["tuned", "MEAN"]
    assert float(whole["difference"]) == pytest.approx(-100 / 12, abs=1e-4)
    assert whole["than"] == ""
