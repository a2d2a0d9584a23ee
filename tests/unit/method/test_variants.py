from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.errors import InputError
from mores.method.answers import Answering, answer_items, shown_examples
from mores.method.choice import parse_choice
from mores.method.items import Item, load_bank
from mores.method.models import Sampling
from mores.method.variants import Variant

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
WVS = load_bank(ROOT / "resources/items/wvs7.yaml")
AGREE, SCALE = BANK.items["CU02"], BANK.items["CU16"]
SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
ITEMS = [*BANK.items.values(), *WVS.items.values()]
VARIANTS = st.builds(
    Variant,
    order=st.sampled_from(["as_is", "reversed", "seeded"]),
    labels=st.sampled_from(["codes", "letters"]),
    wording=st.integers(0, 2),
    seed=st.integers(0, 50),
)


def answering(**method):
    return Answering.model_construct(
        **{"samples": 1, "sampling": SAMPLING, "prompt": "answer"} | method
    )


def ask(stage, endpoint, reply, item=AGREE, **method):
    """The row of one answer, and the question that was put."""
    endpoint.reply = lambda body: f"so\n</think>\n\n{reply}"
    (row,) = answer_items(answering(**method), stage, [item], {}, {})
    return row, endpoint.bodies[-1]["messages"][0]["content"]


@given(st.sampled_from(ITEMS), VARIANTS)
def test_every_option_that_is_answered_is_the_one_that_stands_there(item, variant):
    """Nothing is lost or doubled, and the label read is mapped to the words it stood for."""
    put = variant.show(item)
    assert put.item.codes == item.codes
    assert sorted(put.codes.values()) == list(item.codes)
    for code in item.codes:
        own = put.codes[code]
        assert put.code_of(own) == code
        if not item.between:
            assert put.item.text(code) == item.text(own)
        label = put.item.label(code)
        assert parse_choice(f"Answer: {label}", put.item) == (code, None)
    if item.between:
        assert put.item.between in (item.between, item.between[::-1])


def test_a_variant_that_varies_nothing_is_the_item_itself():
    for item in ITEMS:
        assert Variant().show(item).item == item


def test_reversed_options_are_asked_by_place_and_told_in_the_surveys_codes(stage, endpoint):
    row, said = ask(stage, endpoint, "The answer is 1.", order="reversed")
    assert "1. Disagree strongly\n2. Disagree\n3. Agree\n4. Agree strongly\n" in said
    assert (row["choice"], row["answer"], row["invalid"]) == (4, "4", None)
    assert row["text"].endswith("The answer is 1.")


def test_a_reversed_scale_has_its_ends_exchanged(stage, endpoint):
    row, said = ask(stage, endpoint, "8", SCALE, order="reversed")
    low, high = SCALE.between
    assert f"Options: the whole numbers from 0 ({high}) to 10 ({low})" in said
    assert (row["choice"], row["answer"]) == (2, "2")


def test_options_are_answered_with_letters(stage, endpoint):
    row, said = ask(stage, endpoint, "I would choose option C.", labels="letters")
    assert "A. Agree strongly\nB. Agree\nC. Disagree\nD. Disagree strongly\n" in said
    assert said.endswith("reply with the letter of one option and nothing else.")
    assert (row["choice"], row["answer"]) == (3, "3")


def test_a_scale_has_letters_too(stage, endpoint):
    row, said = ask(stage, endpoint, "K", SCALE, labels="letters")
    low, high = SCALE.between
    assert f"Options: the letters from A ({low}) to K ({high})" in said
    assert row["choice"] == 10


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("B", (2, None)),
        ("**B**", (2, None)),
        ("B. Agree", (2, None)),
        ("(B) Agree", (2, None)),
        ("Answer: B (not option A)", (2, None)),
        ("I think most people agree: B", (2, None)),
        ("A strong bond ties them.\n\nB", (2, None)),
        ("As I see it, people here would pick D.", (4, None)),
        ("A or B", (None, "ambiguous")),
        ("A.\nB.", (None, "ambiguous")),
        ("E", (None, "not_an_option")),
        ("I agree.", (None, "no_number")),
        ("2", (None, "no_number")),
        ("I cannot answer that.", (None, "refused")),
    ],
)
def test_letters_are_read_as_numbers_are(reply, read):
    assert parse_choice(reply, Variant(labels="letters").show(AGREE).item) == read


@given(st.text() | st.from_regex(r"(?i)(answer|option|not|or|\W|[A-F]|would say){1,20}"))
def test_any_text_is_read_for_letters(text):
    choice, reason = parse_choice(text, Variant(labels="letters").show(AGREE).item)
    assert (choice is None) != (reason is None)


def test_an_answer_that_names_no_option_has_no_number_to_score(stage, endpoint):
    row, _ = ask(stage, endpoint, "9", order="reversed")
    assert (row["choice"], row["answer"], row["invalid"]) == (None, "", "not_an_option")


def test_a_second_wording_is_put_where_there_is_one(stage, endpoint):
    _, said = ask(stage, endpoint, "1", wording=1)
    assert f"Question: {AGREE.wordings[0]}\n" in said
    plain = BANK.items["CU01"]
    row, said = ask(stage, endpoint, "I say 1 of 4", plain, wording=1)
    assert not plain.wordings and f"Question: {plain.wording}\n" in said
    assert row["answer"] == "I say 1 of 4"


def test_seeded_orders_differ_from_item_to_item_and_are_drawn_once():
    drawn = {Variant("seeded", seed=1).show(item).codes.values().__repr__() for item in ITEMS[:40]}
    assert len(drawn) > 10
    for item in ITEMS:
        assert Variant("seeded", seed=1).show(item) == Variant("seeded", seed=1).show(item)
    turned = [Variant("seeded").show(item).codes[item.codes[0]] for item in ITEMS if item.between]
    assert 0.3 < sum(own > 1 for own in turned) / len(turned) < 0.7


def test_stated_shares_are_told_in_the_surveys_codes(stage, endpoint):
    said = "1: 70%\n2: 30%\n3: 0%\n4: 0%"
    row, _ = ask(stage, endpoint, said, order="reversed", distribution="stated")
    assert row["shares"] == {"4": 0.7, "3": 0.3, "2": 0.0, "1": 0.0}
    assert (row["choice"], row["answer"]) == (4, "4")


def test_examples_are_put_as_the_question_is(stage, endpoint):
    variant = Variant("reversed", "letters")
    train = [{"item": "CU01", "topic": "customs", "top": 2}]
    shown = shown_examples(stage, train, 1, variant)
    spec = answering(order="reversed", labels="letters")
    answer_items(spec, stage, [AGREE], {}, shown)
    said = endpoint.bodies[-1]["messages"][0]["content"]
    assert "C. Agree\nD. Agree strongly\nMost frequent answer: C. Agree\n" in said


def test_more_options_than_letters_are_refused():
    item = Item(id="Q", topic="t", wording="Which?", options=tuple(map(str, range(27))))
    with pytest.raises(InputError, match="Q: 27 options are more than there are letters"):
        Variant(labels="letters").show(item)
