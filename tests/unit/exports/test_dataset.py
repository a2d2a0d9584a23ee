"""The data set, read by the library that its users read it with."""

import json

import pytest

from mores.exports.columns import PARTS, SPLITS
from mores.exports.dataset import card, frame, items, schema
from mores.method.items import Bank, Item

ODD = 'a "norm"\u2028 with\n</think>, and \U0001f54a'
GENERATED = {
    "text": ODD,
    "model": "0" * 64,
    "adapter": None,
    "sampling": {"seed": 7},
    "prompt": "1" * 64,
}
HIGH = {"topic": "faith", "items": ["F1"], "norms": [ODD, "b"], "reason": None, "attempts": 2}
BANK = Bank(
    "drawn",
    {"faith": "matters of faith"},
    {"F1": Item(id="F1", topic="faith", wording="Is it?", between=("No", "Yes"), codes=(1, 2, 3))},
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Norms of two models, one of which has none, and the items."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    place = tmp_path / "dataset"
    named = {"mining": "top1", "country": "XAV"}
    failed = HIGH | {"norms": None, "reason": "malformed"}
    for name, row in {"m": HIGH, "m+t1": failed}.items():
        path = place / f"high_norms/top1/{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame("high_norms", [row | GENERATED], model=name, **named).write_parquet(path)
    (place / "items").mkdir()
    items(BANK, {"F1": "test"}).write_parquet(place / "items/items.parquet")
    (place / "README.md").write_text(card("Drawn", {"high_norms": 2, "items": 1}))
    (place / "schema.json").write_text(json.dumps(schema()))
    return place


def test_the_library_reads_every_part_with_its_columns_and_no_network(folder, tmp_path):
    from datasets import get_dataset_config_names, load_dataset

    assert get_dataset_config_names(str(folder)) == ["high_norms", "items"]
    cache = str(tmp_path / "cache")
    norms = load_dataset(str(folder), "high_norms", split=SPLITS["high_norms"], cache_dir=cache)
    assert norms.column_names == [column.name for column in PARTS["high_norms"]]
    one, none = sorted(norms, key=lambda row: row["model"])
    assert one["norms"] == [ODD, "b"] and one["text"] == ODD
    assert (one["model"], one["model_digest"]) == ("m", "0" * 64)
    assert json.loads(one["sampling"]) == {"seed": 7}
    assert json.loads(one["further"]) == {"attempts": 2}
    assert (none["norms"], none["reason"]) == (None, "malformed")
    (item,) = load_dataset(str(folder), "items", split="train", cache_dir=cache)
    assert item["options"] == ["No", "2", "Yes"] and item["part"] == "test"


def test_every_column_is_told_on_the_card(folder):
    told = (folder / "README.md").read_text()
    for column in (*PARTS["high_norms"], *PARTS["items"]):
        assert f"| `{column.name}` | {column.type} | {column.told} |" in told


@pytest.mark.parametrize("part", [part for part in PARTS if part != "items"])
def test_a_part_without_any_value_keeps_its_types(part):
    empty, full = frame(part, []), frame(part, [GENERATED])
    assert empty.schema == full.schema
