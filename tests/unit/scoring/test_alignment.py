import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mores.method.items import Bank, Item
from mores.scoring.alignment import by_sample, first_integer, tally


def item(name, codes, kind="ordinal"):
    options = [f"option {code}" for code in codes]
    return Item(id=name, topic="t", wording="w", options=options, codes=codes, kind=kind)


BANK = Bank(
    "small",
    {"t": "a topic"},
    {
        "A": item("A", [1, 2, 3, 4]),
        "B": item("B", [0, 1, 2]),
        "N": item("N", [1, 2, 3], "nominal"),
    },
)


def row(name, answer, choice=None, sample=0):
    return {"item": name, "answer": answer, "choice": choice, "sample": sample}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", 3),
        ("Answer: 4. Never", 4),
        ("-1", 1),  # the published script's pattern has no sign
        ("0", 0),
        ("10", 10),
        ("11", None),
        ("11, no, 3", None),  # the first integer decides
        ("100 percent", None),
        ("3.5", 3),
        ("none", None),
        ("", None),
    ],
)
def test_the_published_script_takes_the_first_integer_up_to_ten(text, expected):
    assert first_integer(text) == expected


def test_one_answer_an_item_by_hand():
    # A: gold 1, answer 3, off by 2 of 3. B: gold 2, answer 2, off by 0 of 2.
    # S = 1 - sqrt(4 + 0) / sqrt(9 + 4)
    found = tally([row("A", "3", 3), row("B", "2", 2)], {"A": 1, "B": 2}, BANK)
    assert found.score() == pytest.approx(100 * (1 - 2 / math.sqrt(13)))
    assert found.strict() == found.score()
    assert found.n_valid == 2


def test_culturespa_counts_an_integer_that_is_no_option_and_drops_what_is_none():
    # A: answer 9 counts as 8 off; B is dropped: S = 1 - 8 / 3
    found = tally([row("A", "9"), row("B", "none")], {"A": 1, "B": 2}, BANK)
    assert found.score() == pytest.approx(100 * (1 - 8 / 3))
    assert found.n_valid == 1


def test_strict_counts_every_invalid_answer_as_far_off_as_can_be():
    # A: invalid, 3 of 3 off; B: right. S = 1 - 3 / sqrt(13); at best the invalid one was right.
    found = tally([row("A", "9"), row("B", "2", 2)], {"A": 1, "B": 2}, BANK)
    assert found.strict() == pytest.approx(100 * (1 - 3 / math.sqrt(13)))
    assert found.strict_best() == pytest.approx(100)


def test_samples_count_as_rows_of_the_formula():
    # A: gold 1, answers 1 and 3; B: gold 0, one answer 2, one invalid.
    # culturespa: sqrt(0 + 4 + 4) / sqrt(9 + 9 + 4); strict adds 4 over 4 for the invalid one.
    rows = [row("A", "1", 1), row("A", "3", 3, 1), row("B", "2", 2), row("B", "none", None, 1)]
    found = tally(rows, {"A": 1, "B": 0}, BANK)
    assert found.score() == pytest.approx(100 * (1 - math.sqrt(8 / 22)))
    assert found.strict() == pytest.approx(100 * (1 - math.sqrt(12 / 26)))
    assert found.hits.tolist() == [0.5, 0]
    assert found.missed.tolist() == [0, 0.5]


def test_closeness_is_exact_match_for_nominal_items():
    found = tally([row("A", "3", 3), row("N", "3", 3)], {"A": 1, "N": 1}, BANK)
    assert found.closeness.tolist() == pytest.approx([1 / 3, 0])


def test_items_without_gold_are_out_of_the_count():
    found = tally([row("A", "1", 1), row("B", "2", 2)], {"A": 1}, BANK)
    assert found.items == ("A",)


def test_nothing_valid_is_no_score():
    found = tally([row("A", "none")], {"A": 1}, BANK)
    assert math.isnan(found.score())
    assert found.strict() == 0


@given(st.lists(st.tuples(st.sampled_from("ABN"), st.integers(0, 4)), min_size=1, max_size=12))
def test_strict_lies_between_nothing_and_everything(answers):
    rows = [
        row(name, str(value), value if value in BANK.items[name].codes else None, sample)
        for sample, (name, value) in enumerate(answers)
    ]
    found = tally(rows, {"A": 2, "B": 0, "N": 3}, BANK)
    assert -1e-9 <= found.strict() <= found.strict_best() + 1e-9 <= 100 + 1e-6


@given(st.permutations([row("A", "3", 3), row("A", "1", 1, 1), row("B", "2", 2), row("N", "1", 1)]))
def test_the_order_of_rows_does_not_matter(rows):
    found = tally(rows, {"A": 2, "B": 0, "N": 3}, BANK)
    assert np.isclose(found.score(), 100 * (1 - math.sqrt(10 / 26)))


ANSWERED = st.lists(
    st.tuples(st.sampled_from("ABN"), st.integers(0, 9)), min_size=1, max_size=12
).map(
    lambda drawn: [
        (name, BANK.items[name].codes[n % len(BANK.items[name].codes)]) for name, n in drawn
    ]
)


@given(ANSWERED, st.permutations([1, 2, 3]))
def test_names_of_nominal_options_and_the_end_where_a_scale_begins_change_nothing(
    answered, renamed
):
    """Codes of N by another name, those of A and B counted from the other end."""
    new = {
        "A": {code: 5 - code for code in (1, 2, 3, 4)},
        "B": {code: 2 - code for code in (0, 1, 2)},
        "N": dict(zip((1, 2, 3), renamed, strict=True)),
    }
    gold = {"A": 1, "B": 2, "N": 3}
    before, after = (
        tally(
            [
                row(name, str(of[name][code]), of[name][code], at)
                for at, (name, code) in enumerate(answered)
            ],
            {name: of[name][code] for name, code in gold.items()},
            BANK,
        )
        for of in ({name: {code: code for code in new[name]} for name in new}, new)
    )
    assert np.array_equal(before.hits, after.hits, equal_nan=True)
    assert np.array_equal(before.closeness, after.closeness, equal_nan=True)
    ordinal = slice(0, 2)
    assert (before.squares[ordinal] == after.squares[ordinal]).all()


@given(ANSWERED)
def test_scores_are_those_of_a_slow_version(answered):
    gold, spans = {"A": 2, "B": 0, "N": 3}, {"A": 3, "B": 2, "N": 2}
    far = sum((code - gold[name]) ** 2 for name, code in answered)
    wide = sum(spans[name] ** 2 for name, _ in answered)
    rows = [row(name, str(code), code, at) for at, (name, code) in enumerate(answered)]
    found = tally(rows, gold, BANK)
    assert found.score() == pytest.approx(100 - 100 * far**0.5 / wide**0.5)
    assert found.strict() == pytest.approx(found.score())
    assert (found.score() == 100) == all(gold[name] == code for name, code in answered)


@given(st.text(), st.sampled_from("0379\u0663"), st.integers(0, 6000), st.text())
def test_any_text_has_its_first_integer_or_none(before, digit, times, after):
    """The slow reading: digit by digit, as Python counts digits."""
    text = before + digit * times + after
    digits = ""
    for sign in text:
        if sign.isdecimal():
            digits += sign
        elif digits:
            break
    counting = [int(digit) for digit in digits]
    while len(counting) > 1 and counting[0] == 0:
        del counting[0]
    small = {(number,): number for number in range(10)} | {(1, 0): 10}
    assert first_integer(text) == small.get(tuple(counting))


@given(
    st.lists(
        st.builds(
            row,
            st.sampled_from(["A", "B", "N", "elsewhere"]),
            st.sampled_from(["0", "1", "2", "3", "9", "none"]),
            sample=st.integers(0, 2),
        ),
        min_size=1,
    )
)
def test_a_sample_s_score_is_that_of_its_answers_alone(rows):
    gold = {"A": 1, "B": 2}
    apart = [
        tally([one for one in rows if one["sample"] == sample], gold, BANK).score()
        for sample in sorted({one["sample"] for one in rows})
    ]
    assert by_sample(rows, gold, BANK) == pytest.approx(apart, nan_ok=True)
