from pathlib import Path

import pytest

from mores.errors import InputError
from mores.method.items import Bank, Item, load_bank
from mores.method.leaks import Scored
from mores.survey.split import Split, batteries, read_split, split_items, split_table
from mores.survey.splitting import Splitting, split_bank

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/wvs7.yaml")


def split(seed, train_per_topic):
    return Split(seed=seed, train_per_topic=train_per_topic)


def test_five_items_of_each_topic_are_for_training():
    parts = split_items(BANK, split(2026, 5))
    assert list(parts) == list(BANK.items)
    for topic in BANK.topics:
        assert sum(parts[item.id] == "train" for item in BANK.of_topic(topic)) == 5
    assert sum(part == "test" for part in parts.values()) == 259 - 13 * 5


def test_the_seed_alone_decides():
    assert split_items(BANK, split(1, 5)) == split_items(BANK, split(1, 5))
    assert split_items(BANK, split(1, 5)) != split_items(BANK, split(2, 5))


def test_an_item_added_to_one_topic_moves_no_item_of_another():
    fewer = {name: item for name, item in BANK.items.items() if name != "Q45"}
    parts = split_items(Bank(BANK.survey, BANK.topics, fewer), split(2026, 5))
    whole = split_items(BANK, split(2026, 5))
    assert {name: part for name, part in parts.items() if fewer[name].topic != "social_values"} == {
        name: part for name, part in whole.items() if BANK.items[name].topic != "social_values"
    }


def test_a_topic_too_small_to_leave_test_items_is_named():
    with pytest.raises(InputError, match="economic_values has 6 items"):
        split_items(BANK, split(2026, 6))


def test_the_split_can_be_read_back():
    parts = split_items(BANK, split(2026, 5))
    table = split_table(BANK, parts)
    assert read_split(table) == parts
    head, first = table.splitlines()[:2]
    assert head == "item\ttopic\tpart"
    assert first.startswith("Q1\tsocial_values\t")


def test_the_split_of_a_step_is_the_table_of_all_its_items():
    drawn = split(7, 3)
    table = split_bank(Splitting.model_construct(split=drawn), BANK)
    assert table == split_table(BANK, split_items(BANK, drawn))
    assert len(table.splitlines()) == 1 + 259


def test_training_items_are_those_of_the_smallest_sha_256_of_seed_and_name():
    # `for n in 106 107 108 109 110 111; do printf 2026:Q$n | sha256sum; done` begin in 0ca0, 5b7c,
    # 92f3, 864f, 4f7d and 1f73. A split that moves makes every result anew: change it knowingly.
    parts = split_items(BANK, split(2026, 3))
    of_topic = {item.id: parts[item.id] for item in BANK.of_topic("economic_values")}
    train = [name for name, part in of_topic.items() if part == "train"]
    assert train == ["Q106", "Q110", "Q111"]
    assert len(of_topic) == 6


def test_a_battery_goes_whole_to_one_side():
    """So that no training item has a sister of its topic among those that are scored."""
    drawn = Split(seed=2026, train_per_topic=5, by="battery")
    parts = split_items(BANK, drawn)
    scored = Scored(BANK, frozenset(name for name in parts if parts[name] == "test"))
    torn = {
        BANK.items[name].topic
        for name, sisters in scored.sisters.items()
        if any(BANK.items[one].topic == BANK.items[name].topic for one in sisters)
    }
    assert torn == {"postmaterialism"}  # six items in the same words: drawn by item
    counts = {
        topic: sum(parts[item.id] == "train" for item in BANK.of_topic(topic))
        for topic in BANK.topics
    }
    assert set(counts.values()) <= {*range(1, 6)} and counts["migration"] == 2
    assert parts != split_items(BANK, Split(seed=2027, train_per_topic=5, by="battery"))


def test_batteries_are_sisters_and_sisters_of_these():
    def items(*wordings):
        return [
            Item(id=f"Q{n}", topic="t", wording=wording, options=("Yes", "No"))
            for n, wording in enumerate(wordings)
        ]

    chain = items(
        "do you trust the press",
        "is it cold",
        "a lot and daily or so",
        "trust the press a lot and daily",
    )
    assert [[item.id for item in unit] for unit in batteries(chain)] == [["Q1"], ["Q0", "Q2", "Q3"]]
    whole = {item.id: item for item in items(*["do you trust the press"] * 3)}
    parts = split_items(Bank("s", {"t": "T"}, whole), Split(train_per_topic=2, by="battery"))
    assert sorted(parts.values()) == ["test", "train", "train"]


def test_a_split_by_item_is_told_as_it_was_before_there_were_others():
    """Else every result would be stale by a key that it does not use."""
    assert Split().model_dump(mode="json") == {"seed": 2026, "train_per_topic": 5}
    assert Split(by="battery").model_dump()["by"] == "battery"
