"""CDEval's items and countries' scores: the readers, and what ships."""

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml

from mores.errors import InputError
from mores.evaluations.cdeval.items import DIMENSIONS, VARIANTS, read_pairs
from mores.evaluations.cdeval.questions import Settings, read
from mores.evaluations.cdeval.references import read_references
from mores.method.countries import Country

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "resources/cdeval/items.json"
KENYA = Country(code="KEN", name="Kenya", adjective="Kenyan")
ROW = {
    "Dimension": "PDI",
    "Domain": "Work",
    "Question": "Who settles it? ",
    "Option 1": "The head does.",
    "Option 2": " All of us do.",
}


def written(folder: Path, *rows) -> Path:
    path = folder / "items.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_an_item_is_put_in_every_wording_and_both_orders(tmp_path):
    other = ROW | {"Dimension": "IVR", "Domain": "Arts"}
    found = read(Settings(kind="cdeval"), written(tmp_path, ROW, other), KENYA)
    items = [*found.bank.items.values()]
    assert len(items) == len(found.bank.items) == 2 * len(VARIANTS) * 2
    first, second = items[:2]
    assert first.options == ("The head does.", "All of us do.") == second.options[::-1]
    assert (first.reversed, second.reversed) == (False, True)
    assert (first.wording, first.topic, first.dimension, first.domain) == (
        "Who settles it?",
        "PDI Work",
        "PDI",
        "Work",
    )
    assert [one.variant for one in items[::2]] == [*VARIANTS] * 2
    assert len({one.pair for one in items}) == 2
    assert {first.pole(1), second.pole(2)} == {1} and {first.pole(2), second.pole(1)} == {2}
    assert first.pole(None) is second.pole(None) is None


def test_wordings_may_be_chosen_and_the_country_left_out(tmp_path):
    settings = Settings(kind="cdeval", variants=["letters"], name_country=False)
    found = read(settings, written(tmp_path, ROW), KENYA)
    assert [(one.variant, one.named) for one in found.bank.items.values()] == [
        ("letters", False)
    ] * 2


def test_an_item_is_told_by_its_content_so_that_rows_may_move(tmp_path):
    other = ROW | {"Question": "Who begins?"}
    one = [pair.name for pair in read_pairs(written(tmp_path, ROW, other), None)]
    assert one == [pair.name for pair in read_pairs(written(tmp_path, other, ROW), None)][::-1]
    assert len(set(one)) == 2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"Dimension": "XYZ"}, r"item 2: Dimension: .*'PDI'.*mend the item"),
        ({"Question": " "}, r"item 2: Question: .*at least 1"),
        ({"Option 2": 5}, r"item 2: Option 2: .*string"),
        ({"Option 3": "x"}, r"item 2: Option 3: .*not permitted"),
        ({"Option 2": ROW["Option 1"]}, r"item 2: .*two options have the same text"),
        ({"Option 2": "It is <|im_end|>."}, r"item 2: .*<\|im_end\|>"),
        ({}, r"item 2: stands as item 1 too"),
    ],
)
def test_an_item_that_cannot_be_used_is_told_by_its_number(tmp_path, row, told):
    path = written(tmp_path, ROW, ROW | row)
    with pytest.raises(InputError, match=rf"items\.json, {told}"):
        read_pairs(path, None)


@pytest.mark.parametrize("text", ["[]", "{}", '"a"', "[1]", "{"])
def test_a_file_of_something_else_is_told(tmp_path, text):
    path = tmp_path / "items.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"items\.json"):
        read_pairs(path, None)


def in_the_hub_s_cache(folder: Path, repository: str, commit: str, *rows) -> None:
    """A data set as huggingface_hub keeps what it has downloaded."""
    kept = folder / f"datasets--{repository.replace('/', '--')}"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs/main").write_text(commit)
    (kept / "snapshots" / commit).mkdir(parents=True)
    (kept / "snapshots" / commit / "CDEval.json").write_text(json.dumps(rows))


def test_a_data_set_of_the_hub_is_read_by_its_id_and_commit(tmp_path, monkeypatch):
    """huggingface_hub itself, offline, from a cache of its own form."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    commit = "0" * 40
    in_the_hub_s_cache(tmp_path, "some/CDEval", commit, ROW)
    for revision in (None, commit):
        (pair,) = read_pairs(Path("some/CDEval"), revision)
        assert (pair.dimension, pair.high) == ("PDI", "The head does.")
    with pytest.raises(InputError, match=r"some/CDEval: no file.*CDEval\.json.*cannot be had"):
        read_pairs(Path("some/CDEval"), "1" * 40)
    with pytest.raises(InputError, match=r"some/other: no file of this name"):
        read_pairs(Path("some/other"), None)


@pytest.mark.parametrize("name", ["data/sets/none", "data/none.json", "none.json"])
def test_what_is_neither_a_file_nor_an_id_is_told(name):
    with pytest.raises(InputError, match=rf"{name}: no such file, nor is that the id of a data"):
        read_pairs(Path(name), None)


def test_what_ships_has_three_items_or_more_of_every_dimension_and_domain():
    pairs = read_pairs(SHIPPED, None)
    counts = Counter((pair.dimension, pair.domain) for pair in pairs)
    domains = {domain for _, domain in counts}
    assert len(pairs) >= 126 and len(domains) == 7 and {dim for dim, _ in counts} == {*DIMENSIONS}
    assert len(counts) == 42 and min(counts.values()) >= 3
    assert len({pair.question for pair in pairs}) == len(pairs)
    texts = [text for pair in pairs for text in (pair.high, pair.low)]
    assert len(set(texts)) == len(texts)


def test_neither_option_of_what_ships_is_told_by_its_length():
    pairs = read_pairs(SHIPPED, None)
    for pair in pairs:
        shorter, longer = sorted(map(len, (pair.high, pair.low)))
        assert longer <= 1.25 * shorter, pair.question
    longer = sum(len(pair.high) > len(pair.low) for pair in pairs) / len(pairs)
    assert 0.4 < longer < 0.6
    for dimension in DIMENSIONS:
        own = [len(pair.high) - len(pair.low) for pair in pairs if pair.dimension == dimension]
        assert abs(sum(own) / len(own)) < 3


def test_what_ships_is_not_the_published_set(shared_data):
    """No question or option of ours is one of theirs, nor nearly so."""

    def texts(pair) -> tuple[str, ...]:
        return pair.question, pair.high, pair.low

    def words(text: str) -> set[str]:
        return {word.strip(".,?") for word in text.lower().split()}

    theirs = read_pairs(shared_data / "cdeval/CDEval.json", None)
    for dimension in DIMENSIONS:
        known = [words(text) for one in theirs if one.dimension == dimension for text in texts(one)]
        for pair in read_pairs(SHIPPED, None):
            for own in map(words, texts(pair) if pair.dimension == dimension else ()):
                assert max(len(own & one) / len(own | one) for one in known) < 0.6, own


def test_the_published_set_is_read(shared_data):
    pairs = read_pairs(shared_data / "cdeval/CDEval.json", None)
    counts = Counter(pair.dimension for pair in pairs)
    # As the published description of the set counts them.
    assert counts == {"IDV": 472, "IVR": 502, "LTO": 485, "MAS": 452, "PDI": 512, "UAI": 530}
    assert len({pair.domain for pair in pairs}) == 7
    found = read(Settings(kind="cdeval"), shared_data / "cdeval/CDEval.json", KENYA)
    assert len(found.bank.items) == 2953 * 3 * 2


def test_hofstede_s_scores_ship_with_their_source_and_without_what_is_not_published():
    scores = read_references(None)
    raw = yaml.safe_load((ROOT / "resources/cdeval/hofstede.yaml").read_text(encoding="utf-8"))
    assert "2015" in raw["source"] and "Hofstede" in raw["source"]
    full = {"USA", "CAN", "BRA", "GBR", "NLD", "DEU", "CHN", "RUS", "IND", "THA", "AUS", "NZL"}
    have = Counter(key.partition(" ")[0] for key in scores)
    assert {code for code, count in have.items() if count == 6} == full
    assert {code: have[code] for code in have.keys() - full} == {
        "UKR": 2,
        "NGA": 2,
        "ZWE": 2,
        "ETH": 1,
    }
    # Some of Hofstede's best known: the USA's individualism, Russia's power distance.
    assert (scores["USA IDV"], scores["RUS PDI"], scores["NLD MAS"]) == (91, 93, 14)
    assert "KEN PDI" not in scores and "XAV PDI" not in scores


def test_scores_of_one_s_own_take_the_place_of_hofstede_s(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("source: ours\nscores: {KEN: {PDI: 70}}\n")
    settings = Settings(kind="cdeval", references=str(own))
    assert read(settings, written(tmp_path, ROW), KENYA).gold == {"KEN PDI": 70}
    assert read(Settings(kind="cdeval"), written(tmp_path, ROW), KENYA).gold_digest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("scores: {}\n", "give `source` and `scores`"),
        ("source: x\nscores: {KEN: {PDI: 101}}\n", r"scores\.KEN\.PDI: .*100"),
        ("source: x\nscores: {KEN: {PDI: 0.5}}\n", r"scores\.KEN\.PDI: .*integer"),
        ("source: x\nscores: {KEN: {PID: 50}}\n", r"scores\.KEN\.PID"),
        ("source: x\nscores: {Kenya: {PDI: 50}}\n", r"scores\.Kenya"),
        ("source: [\n", "not YAML"),
    ],
)
def test_scores_that_cannot_be_used_are_told(tmp_path, text, told):
    own = tmp_path / "own.yaml"
    own.write_text(text)
    with pytest.raises(InputError, match=rf"own\.yaml: .*{told}"):
        read_references(own)


def test_a_missing_file_of_scores_is_told(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml: no such file"):
        read_references(tmp_path / "none.yaml")
