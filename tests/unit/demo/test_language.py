from pathlib import Path

import pytest

from mores.demo.language import LEVELS, WAYS, implied, low_norm, norm, shown
from mores.method.items import Item, load_bank

ROOT = Path(__file__).parents[3]


def item(count, reverse=False, first=1):
    options = [f"option {n}" for n in range(count)]
    codes = list(range(first, first + count))
    return Item(id="A", topic="t", wording="w", options=options, codes=codes, reversed=reverse)


@pytest.mark.parametrize(
    ("count", "codes"),
    [  # from level 3 (the first option) to level 0 (the last)
        (2, [1, 1, 2, 2]),
        (3, [1, 2, 2, 3]),
        (4, [1, 2, 3, 4]),
        (5, [1, 2, 4, 5]),
        (10, [1, 4, 7, 10]),
    ],
)
def test_levels_spread_over_the_options(count, codes):
    assert [implied(item(count), level) for level in (3, 2, 1, 0)] == codes


def test_a_reversed_item_counts_from_the_other_end_in_its_own_codes():
    assert [implied(item(4, reverse=True), level) for level in range(4)] == [1, 2, 3, 4]
    assert implied(item(11, reverse=True, first=0), 0) == 0


def test_every_option_of_four_shows_the_level_that_implies_it():
    for reverse in (False, True):
        four = item(4, reverse)
        assert [implied(four, shown(four, code)) for code in four.codes] == list(four.codes)


def test_norms_of_different_levels_are_never_the_same():
    texts = [norm("work", level, way) for level in range(len(LEVELS)) for way in range(len(WAYS))]
    assert len(set(texts)) == len(LEVELS) * len(WAYS)


def test_a_low_level_norm_quotes_its_answer():
    assert low_norm("work", 3, 0, "Yes").endswith('are firmly in favour: they say "Yes".')


def test_the_demo_bank_has_items_of_both_keys_and_every_level_in_every_topic():
    bank = load_bank(ROOT / "resources/items/demo.yaml")
    for topic in bank.topics:
        items = bank.of_topic(topic)
        assert len(items) == 17
        assert 6 <= sum(entry.reversed for entry in items) <= 10
        assert {shown(entry, code) for entry in items for code in entry.codes} == {0, 1, 2, 3}
