"""Near-copies; recall and false finds of the threshold are measured on the shipped banks."""

import random
from pathlib import Path

import pytest

from mores.method.copies import Wordings, are_sisters, pairs, words
from mores.method.items import load_bank
from mores.method.leaks import COPY, Scored
from mores.survey.split import Split, split_items

BANKS = Path(__file__).parents[3] / "resources/items"
TOLD = "How much confidence do people place in the press?"
SOUGHT = "How much confidence do people place in courts of law?"


def scored_of(name: str) -> Scored:
    bank = load_bank(BANKS / f"{name}.yaml")
    parts = split_items(bank, Split())
    return Scored(bank, frozenset(item for item in parts if parts[item] == "test"))


def test_a_copy_is_found_whatever_its_case_signs_and_surroundings():
    wordings = Wordings({"Q70": [SOUGHT]}, [TOLD])
    text = f"So: it says, \u201c{SOUGHT.upper().replace(' ', chr(10))}\u201d. They would say a lot."
    assert wordings.nearest(text) == (1, "Q70")


def test_a_sister_that_may_be_told_is_no_copy_though_it_shares_most_words():
    wordings = Wordings({"Q70": [SOUGHT]}, [TOLD])
    assert are_sisters(pairs(SOUGHT), pairs(TOLD))
    assert wordings.nearest(TOLD)[0] == 0
    assert not are_sisters(pairs(SOUGHT), pairs("Do people trust those they know?"))


def test_words_that_are_scattered_over_a_text_are_no_copy():
    wordings = Wordings({"Q70": [SOUGHT]}, [TOLD])
    scattered = f"{TOLD} {'And so on. ' * 40} Here courts of law are far from in courts."
    assert wordings.nearest(scattered)[0] < COPY


def test_a_wording_without_a_pair_of_its_own_is_told_of_and_not_looked_for():
    wordings = Wordings({"Q1": [TOLD], "Q2": [SOUGHT]}, [TOLD])
    assert wordings.alike == ["Q1"]
    assert wordings.nearest(TOLD) == (0, "")


def test_scripts_that_part_no_words_are_compared_by_signs():
    wordings = Wordings({"Q1": ["人们信任法院吗"]}, ["人们信任报纸吗"])
    assert wordings.nearest("他说人们信任法院吗")[0] == 1
    assert wordings.nearest("人们信任报纸吗")[0] == 0


@pytest.mark.parametrize("bank", ["demo", "wvs7"])
def test_the_threshold_finds_copies_with_a_word_changed_and_no_training_item_so_changed(bank):
    """A word is replaced, left out or put in, drawn with a seed; docs/leaks.md has the rates."""
    scored, draw = scored_of(bank), random.Random(1)
    wordings, items = scored.wordings, scored.bank.items
    vocabulary = sorted({word for item in items.values() for word in words(item.wording)})

    def edited(wording: str) -> str:
        said, place = words(wording), draw.randrange(len(words(wording)))
        edit = draw.choice([[], [draw.choice(vocabulary)], [said[place], draw.choice(vocabulary)]])
        return " ".join([*said[:place], *edit, *said[place + 1 :]])

    copies = [name for name in sorted(scored.test) for _ in range(5) if name not in wordings.alike]
    found = [wordings.nearest(edited(items[name].wording)) for name in copies]
    recall = sum(share >= COPY for share, _ in found) / len(found)
    told = [name for name in items if name not in scored.test] * 5
    nearest = max(wordings.nearest(edited(items[name].wording))[0] for name in told)
    print(f"{bank}: {len(copies)} copies, recall {recall:.3f}; {len(told)} others, {nearest:.2f}")
    assert recall > 0.9
    assert nearest < COPY
