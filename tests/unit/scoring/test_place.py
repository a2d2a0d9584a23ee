import numpy as np
import pytest

from mores.scoring.place import Places
from mores.scoring.reference_scores import Scored
from mores.scoring.resample import Resampling, Sums

SPEC = Resampling(resamples=200, confidence=0.95, seed=0)
ITEMS = [f"Q{n}" for n in range(20)]
ALL = np.full(20, True)
NONE = Sums(np.zeros(20), np.zeros(20))
EASY = np.arange(20) < 10


def sums(off, answered=ALL):
    """Answers so many steps off, of a scale of 10 steps, to the items that are answered."""
    weights = 100.0 * answered
    return Sums(np.square(off) * answered, weights)


def references(**off):
    return {name: Scored(sums(one), 0, 0, NONE) for name, one in off.items()}


def places(**by_country):
    return Places(by_country, ITEMS, SPEC)


ONE = references(midpoint=4, neighbours=3, own_mean=1, ceiling=1)


def test_the_floor_is_the_best_row_that_sees_none_of_the_countrys_answers():
    found = places(AAA=ONE).of({"AAA": sums(2)}, "place")
    # neighbours score 70, the ceiling 90, the cell 80; own_mean has looked.
    assert found == {"place": 50, "place_low": 50, "place_high": 50, "floor": "neighbours"}


def test_the_floor_is_not_chosen_anew_for_the_items_of_a_cell():
    uneven = references(midpoint=np.where(EASY, 2, 6), neighbours=4, ceiling=1)
    found = places(AAA=uneven).of({"AAA": sums(3, EASY)}, "place")
    assert (found["floor"], found["place"]) == ("neighbours", pytest.approx(100 / 3))


def test_leaving_out_hard_items_gains_nothing_over_a_floor_that_finds_them_hard_too():
    uneven = references(neighbours=np.where(EASY, 2, 6), ceiling=np.where(EASY, 1, 2))
    cell = np.where(EASY, 2, 6)
    held = places(AAA=uneven)
    whole, easy = sums(cell), sums(cell, EASY)
    assert easy.score() > whole.score() + 20
    assert held.of({"AAA": whole}, "place")["place"] == pytest.approx(0)
    assert held.of({"AAA": easy}, "place")["place"] == pytest.approx(0)


def test_a_country_without_a_ceiling_is_left_out_of_scores_floor_and_ceiling_alike():
    lacking = references(neighbours=9)
    held = places(AAA=ONE, BBB=lacking)
    alone = held.of({"AAA": sums(2)}, "place")
    assert held.of({"AAA": sums(2), "BBB": sums(8)}, "place") == alone
    assert held.of({"BBB": sums(8)}, "place") == {}


def test_a_mean_has_one_floor_for_all_its_countries():
    other = references(midpoint=1.5, neighbours=3, ceiling=1)
    held = places(AAA=ONE, BBB=other)
    found = held.of({"AAA": sums(2), "BBB": sums(2)}, "place")
    # midpoint scores 60 and 85, neighbours 70 and 70.
    assert found["floor"] == "midpoint"
    assert found["place"] == pytest.approx(100 * (80 - 72.5) / (90 - 72.5))


def test_who_does_not_answer_all_items_is_no_floor():
    partial = ONE | {"country_XXX": Scored(sums(0, EASY), 0, 0, NONE)}
    assert places(AAA=partial).of({"AAA": sums(2)}, "place")["floor"] == "neighbours"


def test_a_ceiling_below_the_floor_gives_no_place():
    torn = references(neighbours=1, ceiling=3)
    found = places(AAA=torn).of({"AAA": sums(2)}, "place")
    assert np.isnan([found["place"], found["place_low"], found["place_high"]]).all()


def test_the_interval_draws_score_floor_and_ceiling_together():
    """Where all three rise and fall with the same items, the place hardly moves."""
    off = np.linspace(1, 8, 20)
    together = references(neighbours=off, ceiling=off / 4)
    found = places(AAA=together).of({"AAA": sums(off / 2)}, "place")
    assert found["place_low"] == pytest.approx(found["place_high"])
    assert found["place"] == pytest.approx(100 * (1 - 0.5) / (1 - 0.25), abs=1e-6)
