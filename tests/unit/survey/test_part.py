"""What a step sees of a bank: its spec changes with that, and with nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.method.items import Bank, Item, load_bank
from mores.survey.part import REWORDED, WORDED, BankPart
from mores.survey.split import Split, split_items

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
SPLIT = Split(seed=2026, train_per_topic=5)
PARTS = split_items(BANK, SPLIT)
TRAIN, TEST = (
    [name for name, part in PARTS.items() if part == wanted] for wanted in ("train", "test")
)
OF_PART = {"none": [], "train": TRAIN, "test": TEST, "all": [*PARTS]}
OTHER = {  # another value for every field of an item, wherever it stands
    "topic": "strangers",
    "wording": "Do they?",
    "options": ("One", "Two", "Three", "Four"),
    "between": ("none", "all"),
    "codes": (0, 1, 2, 3),
    "kind": "nominal",
    "reversed": True,
}


def seen(bank, part, fields=WORDED):
    return BankPart.of(bank, part, fields, SPLIT)


def with_item(name, **changed):
    """The bank with other values in some fields of an item; they need not fit together."""
    item = BANK.items[name].model_copy(update=changed)
    return replace(BANK, items=BANK.items | {name: item})


def test_the_fields_to_change_are_all_that_an_item_has():
    assert set(OTHER) | {"id"} == set(WORDED)
    assert set(REWORDED) == set(Item.model_fields)


def test_further_wordings_count_where_they_are_put_and_nowhere_else():
    changed = with_item(TEST[0], wordings=("How else?",))
    assert seen(changed, "test") == seen(BANK, "test")
    assert seen(changed, "test", REWORDED) != seen(BANK, "test", REWORDED)


@pytest.mark.parametrize("part", OF_PART)
def test_a_step_is_handed_the_items_of_its_part_in_the_banks_order(part):
    taken = seen(BANK, part).take(BANK, "bank.yaml")
    assert [*taken.items.items()] == [(name, BANK.items[name]) for name in OF_PART[part]]
    assert (taken.survey, [*taken.topics.items()]) == ("demo", [*BANK.topics.items()])


@pytest.mark.parametrize("part", OF_PART)
@pytest.mark.parametrize("name", [TRAIN[0], TEST[0]])
@pytest.mark.parametrize("field", ["wording", "codes", "kind"])
def test_an_item_counts_if_it_is_in_the_part(part, name, field):
    changed = with_item(name, **{field: OTHER[field]})
    assert (seen(changed, part) != seen(BANK, part)) == (name in OF_PART[part])


@pytest.mark.parametrize("field", OTHER)
def test_a_field_counts_if_the_step_sees_it(field):
    name = "CU01"
    assert getattr(BANK.items[name], field) != OTHER[field]
    changed = with_item(name, **{field: OTHER[field]})
    assert seen(changed, "all", ("id", field)) != seen(BANK, "all", ("id", field))
    others = tuple(one for one in WORDED if one != field)
    assert seen(changed, "all", others) == seen(BANK, "all", others)


def test_the_order_of_the_items_counts_but_not_that_of_other_parts():
    turned = replace(BANK, items=dict(reversed(BANK.items.items())))
    assert seen(turned, "all", ("id",)) != seen(BANK, "all", ("id",))
    apart = {name: BANK.items[name] for name in [*TRAIN, *reversed(TEST)]}
    assert seen(replace(BANK, items=apart), "train") == seen(BANK, "train")


@pytest.mark.parametrize("part", OF_PART)
@pytest.mark.parametrize(("fields", "told"), [(WORDED, True), (("id", "codes"), False)])
def test_titles_of_topics_count_where_items_are_worded(part, fields, told):
    titled = replace(BANK, topics=BANK.topics | {"work": "toil"})
    assert (seen(titled, part, fields) != seen(BANK, part, fields)) == told


@pytest.mark.parametrize("part", OF_PART)
@pytest.mark.parametrize("fields", [WORDED, ("id", "codes")])
def test_the_order_and_the_keys_of_topics_always_count(part, fields):
    turned = replace(BANK, topics=dict(reversed(BANK.topics.items())))
    assert seen(turned, part, fields) != seen(BANK, part, fields)
    more = replace(BANK, topics=BANK.topics | {"play": "idle play"})
    part = part if part in ("none", "all") else "all"  # a topic without items cannot be split
    assert seen(more, part, fields) != seen(BANK, part, fields)


def test_the_name_of_the_survey_does_not_count():
    assert seen(replace(BANK, survey="other"), "all") == seen(BANK, "all")


def test_another_split_is_another_part_even_of_all_items():
    other = Split(seed=1, train_per_topic=5)
    assert BankPart.of(BANK, "all", split=other) != seen(BANK, "all")
    assert BankPart.of(BANK, "train", split=other).digest != seen(BANK, "train").digest


def test_a_part_knows_where_its_items_belong():
    assert seen(BANK, "all").parts(BANK) == PARTS


@pytest.mark.parametrize("part", OF_PART)
def test_a_bank_that_changed_where_the_step_sees_it_is_refused(part):
    planned = seen(BANK, part)
    for name in OF_PART[part][:1]:
        with pytest.raises(InputError, match=r"bank.yaml: changed since this run was planned"):
            planned.take(with_item(name, wording="Do they?"), "bank.yaml")
    titled = replace(BANK, topics=BANK.topics | {"work": "toil"})
    with pytest.raises(InputError, match=r"bank.yaml: changed since this run was planned"):
        planned.take(titled, "bank.yaml")


def test_a_bank_that_changed_elsewhere_is_handed_out_as_it_is_now():
    changed = with_item(TEST[0], wording="Do they?")
    assert [*seen(BANK, "train").take(changed, "bank.yaml").items] == TRAIN
    scored = seen(BANK, "all", ("id", "codes")).take(changed, "bank.yaml")
    assert scored.items[TEST[0]].codes == BANK.items[TEST[0]].codes


def test_an_item_added_to_a_topic_changes_what_it_displaces_and_no_more():
    items = [BANK.items["CU01"].model_copy(update={"id": f"CU{n}"}) for n in range(90, 99)]
    ranked = {
        item.id: split_items(replace(BANK, items=BANK.items | {item.id: item}), SPLIT)[item.id]
        for item in items
    }
    assert set(ranked.values()) == {"train", "test"}
    for item in items:
        more = replace(BANK, items=BANK.items | {item.id: item})
        displaced = ranked[item.id] == "train"
        assert (seen(more, "train") != seen(BANK, "train")) == displaced
        assert seen(more, "test") != seen(BANK, "test")
        assert seen(more, "none") == seen(BANK, "none")


def test_a_part_is_the_same_after_json():
    planned = seen(BANK, "train")
    assert BankPart.model_validate_json(planned.model_dump_json()) == planned
    assert BankPart.model_validate(planned.model_dump()).take(BANK, "bank").items.keys() == {*TRAIN}


def test_an_empty_bank_has_parts_too():
    empty = Bank("s", {}, {})
    assert seen(empty, "all").take(empty, "bank").items == {}
