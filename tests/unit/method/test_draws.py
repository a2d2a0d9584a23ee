import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.method.draws import Draw

counts = st.integers(0, 30)
draws = st.builds(Draw, counts, counts, counts)


@given(draws, st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,20}\Z"))
def test_a_name_tells_the_model_and_its_draw(draw, model):
    assert Draw.of(draw.named(model)) == (model, draw)


def test_the_study_s_own_draw_has_the_model_s_name_and_the_seed_as_it_is():
    assert Draw().named("r1-7b") == "r1-7b"
    assert Draw.of("r1-7b") == ("r1-7b", Draw())
    assert Draw().seed(2026) == 2026


@given(draws, draws, st.integers(0, 2**31 - 1))
def test_seeds_differ_as_draws_do(one, other, seed):
    assert (one.seed(seed) == other.seed(seed)) == (one == other)
    assert 0 <= one.seed(seed) < 2**31


@pytest.mark.parametrize(
    ("sources", "left"), [(("split", "mining"), Draw(1, 2)), (("split",), Draw(1)), ((), Draw())]
)
def test_a_draw_as_far_as_something_hangs_on_it(sources, left):
    assert Draw(1, 2, 3).only(*sources) == left
