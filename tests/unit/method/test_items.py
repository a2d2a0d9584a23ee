import pytest

from mores.errors import InputError
from mores.method.items import load_bank

HEAD = "survey: s\ntopics: {t: a topic}\nitems:\n"


def bank(tmp_path, *items):
    path = tmp_path / "bank.yaml"
    path.write_text(HEAD + "".join(f"  - {item}\n" for item in items))
    return path


def test_codes_count_from_one_unless_given(tmp_path):
    path = bank(
        tmp_path,
        "{id: A, topic: t, wording: Do they sing?, options: [Often, Never]}",
        "{id: B, topic: t, wording: Do they?, options: [Often, Never], codes: [0, 1]}",
        "{id: C, topic: t, wording: How much?, between: [none, all], codes: [0, 1, 2]}",
    )
    items = load_bank(path).items
    assert items["A"].codes == (1, 2)
    assert items["B"].codes == (0, 1)
    assert items["B"].text(1) == "Never"
    assert [items["C"].text(code) for code in (0, 1, 2)] == ["none", "1", "all"]
    assert items["C"].span == 2


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("{id: A, topic: t, wording: w, options: [x, y], codes: [1]}", "2 options for 1 codes"),
        ("{id: A, topic: t, wording: w, options: [x, x]}", "same text"),
        ("{id: A, topic: t, wording: w, options: [x]}", "at least two"),
        ("{id: A, topic: t, wording: w, between: [x, y]}", "needs `codes`"),
        ("{id: A, topic: t, wording: w}", "either `options` or `between`"),
        ("{id: A, topic: t, wording: w, options: [x, y], codes: [2, 1]}", "ascending"),
        ("{id: A, topic: t, wording: w, option: [x, y]}", "option"),
        ("{id: A, topic: u, wording: w, options: [x, y]}", "no topic 'u'"),
        ("{topic: t, wording: w, options: [x, y]}", "id"),
        ("just text", "item 1"),
    ],
)
def test_a_faulty_item_is_named(tmp_path, item, said):
    path = bank(tmp_path, item)
    with pytest.raises(InputError, match=said) as error:
        load_bank(path)
    assert str(path) in str(error.value)


def test_an_item_may_stand_once(tmp_path):
    item = "{id: A, topic: t, wording: w, options: [x, y]}"
    with pytest.raises(InputError, match="A stands twice"):
        load_bank(bank(tmp_path, item, item))


def test_a_bank_needs_its_three_keys(tmp_path):
    path = tmp_path / "bank.yaml"
    path.write_text("survey: s\n")
    with pytest.raises(InputError, match="items"):
        load_bank(path)
    with pytest.raises(InputError, match="no such file"):
        load_bank(tmp_path / "absent.yaml")
