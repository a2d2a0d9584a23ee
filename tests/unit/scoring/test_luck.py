"""What draws vary, by hand."""

import numpy as np
import pytest
from scipy import stats

from mores.method.draws import Draw
from mores.scoring.luck import Luck, common_draws, luck, mean_luck
from mores.scoring.resample import Sums

RNG = np.random.default_rng(4)


def sums(level):
    return Sums(np.full(3, float(level)), np.ones(3))


def side(*draws):
    return {draw: sums(at) for at, draw in enumerate(draws)}


MINED = [Draw(mining=n) for n in range(3)]
TRAINED = [Draw(mining=m, training=t) for m in range(3) for t in range(2)]


def test_one_draw_says_nothing_of_others():
    assert luck({Draw(): 3.0}) is None
    assert mean_luck([{Draw(): 3.0}, {Draw(): 1.0}]) is None


@pytest.mark.parametrize("freedom", [1, 1.05, 1.9, 3.7, 8.2, 53.9, 1e6])
@pytest.mark.parametrize("doubt", [0.5, 0.05, 0.025, 1e-5, 1e-12])
def test_a_mean_is_as_far_off_as_student_says(freedom, doubt):
    """Degrees of freedom need not be whole, and p-values are looked for far out."""
    assert Luck(2.0, freedom).reach(doubt) == pytest.approx(2 * stats.t.isf(doubt, freedom))


def test_trainings_of_one_mining_are_no_minings_of_their_own():
    """What is drawn within a draw counts through its mean."""
    points = {draw: float(draw.mining) for draw in TRAINED}
    assert luck(points) == luck({draw: float(draw.mining) for draw in MINED})
    assert luck(points).freedom == 2


def test_countries_draw_for_themselves_but_share_splits():
    values = RNG.normal(0, 1, (4, 3))
    apart = [{Draw(mining=n): one for n, one in enumerate(row)} for row in values]
    of = mean_luck(apart)
    errors = values.var(axis=1, ddof=1) / 3
    assert of.error == pytest.approx(np.sqrt(errors.sum()) / 4)
    assert of.freedom == pytest.approx(errors.sum() ** 2 / (errors**2 / 2).sum())
    alike = [{Draw(mining=n): float(n) for n in range(3)}] * 4
    assert mean_luck(alike).freedom == pytest.approx(8)
    assert mean_luck([{Draw(mining=n): 1.0 for n in range(3)}] * 4) == Luck(0.0, 8)
    one = {Draw(mining=n): 1000.0 * n for n in range(3)}
    assert mean_luck([*alike[:3], one]).freedom == pytest.approx(2, abs=1e-3)
    shared = [{Draw(split=n): one for n, one in enumerate(row)} for row in values]
    means = values.mean(axis=0)
    assert mean_luck(shared) == Luck(pytest.approx(means.std(ddof=1) / 3**0.5), 2)


def test_methods_stand_with_the_draws_that_they_have():
    trained, mined, plain = side(*TRAINED), side(*MINED), side(Draw())
    found = common_draws([trained, mined, plain])
    assert [draw for draw, _ in found] == TRAINED
    draw, (one, other, third) = found[3]
    assert draw == Draw(mining=1, training=1)
    assert (one, other, third) == (trained[draw], mined[Draw(mining=1)], plain[Draw()])
    bare = side(Draw(), Draw(training=1))  # bare answers: nothing is mined
    assert [draw for draw, _ in common_draws([trained, bare])] == TRAINED


def test_no_method_stands_in_for_itself_on_another_split():
    split = side(Draw(), Draw(split=1))
    assert [draw for draw, _ in common_draws([split, side(Draw())])] == [Draw()]
    assert common_draws([split, {}]) == []
