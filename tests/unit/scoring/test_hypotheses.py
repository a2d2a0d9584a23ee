import pytest

from mores.scoring.contrasts import COLUMNS as CONTRASTS
from mores.scoring.hypotheses import COLUMNS, Hypothesis, Judging, judge_hypotheses

EARLY = {"entered": "2026-01-02", "after_answers": False}
LATE = {"entered": "2026-03-04", "after_answers": True}


def contrast(low, high, p=0.001, name="top1", model="m", country="MEAN"):
    numbers = {"difference": (low + high) / 2, "low": low, "high": high, "p_adjusted": p}
    row = {"contrast": name, "model": model, "country": country} | numbers
    return "\t".join(str(row.get(column, "")) for column in CONTRASTS)


def judged(*rows, stated=(EARLY,), **claim):
    spec = Judging(hypotheses={"h": Hypothesis(contrast="top1", **claim)}, confidence=0.95)
    table = "\n".join(["\t".join(CONTRASTS), *rows]) + "\n"
    header, *lines = judge_hypotheses(spec, table, {"h": list(stated)}).splitlines()
    assert header.split("\t") == list(COLUMNS)
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]


@pytest.mark.parametrize(
    ("row", "claim", "verdict"),
    [
        (contrast(1.2, 3), {"least": 1}, "supported"),
        (contrast(0.2, 3), {"least": 1}, "undecided"),
        (contrast(0.2, 0.8), {"least": 1}, "contradicted"),
        (contrast(-3, -1), {"least": 0}, "contradicted"),
        (contrast(-3, -1), {"direction": "lower", "least": 1}, "supported"),
        (contrast(1, 3), {"direction": "lower"}, "contradicted"),
        (contrast(0.5, 3), {}, "supported"),
        # The interval is of this row alone; the family says how many rows were looked at.
        (contrast(0.5, 3, p=0.2), {}, "undecided"),
        (contrast(1, 3).replace("1\t3", "\t"), {}, "undecided"),
    ],
)
def test_a_claim_is_supported_contradicted_or_undecided(row, claim, verdict):
    assert [one["verdict"] for one in judged(row, **claim)] == [verdict]


def test_each_model_is_judged_unless_the_claim_is_of_one():
    rows = [contrast(1, 2), contrast(-2, -1, model="n"), contrast(1, 2, country="AAA")]
    assert [(one["model"], one["verdict"]) for one in judged(*rows)] == [
        ("m", "supported"),
        ("n", "contradicted"),
    ]
    assert [one["model"] for one in judged(*rows, model="n")] == ["n"]
    assert [one["country"] for one in judged(*rows, country="AAA")] == ["AAA"]


def test_a_claim_on_what_was_not_run_is_undecided():
    (row,) = judged(contrast(1, 2, name="other"))
    assert (row["verdict"], row["difference"]) == ("undecided", "")


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ((EARLY,), "before answers"),
        ((EARLY, EARLY), "before answers"),
        ((LATE,), "added after answers"),
        ((EARLY, LATE), "changed after answers"),
    ],
)
def test_when_a_claim_was_made_is_told(stated, told):
    (row,) = judged(contrast(1, 2), stated=stated)
    assert (row["entered"], row["stated"]) == (stated[-1]["entered"], told)


def test_a_verdict_bears_the_marks_of_its_contrast():
    marked = dict(zip(CONTRASTS, contrast(1, 3).split("\t"), strict=True)) | {
        "marks": "many_invalid"
    }
    (row,) = judged("\t".join(marked.values()))
    assert (row["verdict"], row["marks"]) == ("supported", "many_invalid")
