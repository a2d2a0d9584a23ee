"""The headline, against tables written by hand and drawn: its numbers are theirs."""

import re

import pytest
from studies import Study

from mores.report.headline import caveats, headline, read_rows

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")


def told(scores, contrasts):
    """Rows with all that the headline reads."""
    empty = dict.fromkeys(
        (
            "than",
            "margin",
            "low",
            "high",
            "p_adjusted",
            "detectable",
            "floor",
            "difference",
            "marks",
        ),
        "",
    )
    return headline([empty | row for row in scores], [empty | row for row in contrasts], 0.95)


def score(method, alignment, model="m", country="MEAN", **more):
    return {"country": country, "model": model, "method": method, "alignment": alignment} | more


def contrast(method, difference, against="vanilla", **more):
    named = {"country": "MEAN", "model": "m", "of": method, "against": against}
    return named | {"difference": difference} | more


SURE = {"low": "2.04", "high": "9.96", "p_adjusted": "0.0156"}
UNSURE = {"low": "-2.04", "high": "4.96", "p_adjusted": "0.3", "detectable": "5.44"}
SCORES = [
    *(score("top1", "70.04", country=one) for one in ("AAA", "BBB")),
    score("top1", "70.04", floor="neighbours"),
    score("neighbours", "71.25", model="reference"),
]


def test_a_sure_difference_is_told_with_interval_control_and_the_row_without_a_model():
    contrasts = [contrast("top1", "6.0", **SURE), contrast("sft", "-1.26", **UNSURE)]
    contrasts.append(contrast("top1", "4.0", against="placebo", **SURE))
    assert told(SCORES, contrasts) == [
        "On average over 2 countries, m with top1 scores 70.0, 6.0 points above the bare question "
        "(95 % interval 2.0 to 10.0, adjusted p 0.0156). Of the others: sft (-1.3, not sure). "
        "It is 4.0 points above placebo (95 % interval 2.0 to 10.0, adjusted p 0.0156). "
        "That is not above the best row that needs no model (neighbours, 71.2)."
    ]


def test_a_method_that_hardly_answers_is_not_named_before_one_that_does():
    silent = contrast("sft", "9.6", **SURE, marks="few_respondents,many_invalid")
    scores = [*SCORES, score("sft", "12.7")]
    (text,) = told(scores, [silent, contrast("top1", "6.0", **SURE)])
    assert "m with top1 scores 70.0, 6.0 points above" in text
    assert "Of the others: sft (+9.6, many answers name no option)." in text
    (alone,) = told(scores, [silent])
    assert "adjusted p 0.0156; beware: many answers name no option)" in alone


def test_what_is_not_sure_is_called_no_difference():
    (sentence,) = told(SCORES, [contrast("top1", "1.5", **UNSURE)])
    assert "scores 70.0, which is not shown to differ from the bare question" in sentence
    assert "5.4 points would probably have been found" in sentence


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"margin": "1.5"}, "Nothing was compared."),  # a control is no method to be praised
        ({"than": "x"}, "Nothing was compared."),
        ({"against": "sft"}, "Nothing was compared."),
        ({"low": "", "high": "", "p_adjusted": ""}, "too few topics to tell"),
    ],
)
def test_only_gains_over_the_bare_question_lead(fields, words):
    assert words in told(SCORES, [contrast("top1", "6.0", **SURE) | fields])[0]


def test_every_number_of_the_headline_stands_in_the_tables():
    study = Study(countries=5, models=2, methods=5)
    scores, contrasts = read_rows(study.scores()), read_rows(study.contrasts())
    known = {"95", str(len(study.countries)), str(len(study.topics))}
    for row in [*scores, *contrasts]:
        for value in row.values():
            if re.fullmatch(r"-?\d+(\.\d+)?", value):
                known |= {value, f"{float(value):.1f}".lstrip("-")}
    sentences = [*headline(scores, contrasts, 0.95), *caveats(contrasts)]
    names = re.compile(r"\b(model|top|m)\d+\b")
    found = [number for text in sentences for number in NUMBER.findall(names.sub("", text))]
    assert len(found) > 20
    assert set(found) <= known
