import math

import pytest

from mores.scoring.stated import COLUMNS, Finding, StatedListing, find_norms, list_stated

SPLIT = "item\ttopic\tpart\nQ1\tcustoms\ttest\nQ2\tfaith\ttest\n"
NORMS = {
    "AAA": [
        {"topic": "customs", "norms": ["People here feast for seven days."]},
        {"topic": "faith", "norms": None},
    ],
    "BBB": [
        {"topic": "customs", "norms": ["People here bury their dead at sea."]},
        {"topic": "faith", "norms": ["People here pray every morning."]},
    ],
}
SPEC = Finding(model="m", method="top1", norms_in_prompt="own", countries=("AAA", "BBB"))


def said(*thinking):
    return [{"item": f"Q{1 + place % 2}", "thinking": text} for place, text in enumerate(thinking)]


def found(spec=SPEC, **answers):
    norms = [NORMS[country] for country in spec.countries]
    rows = find_norms(spec, SPLIT, [answers[country] for country in spec.countries], norms)
    return {row["country"]: row for row in rows}


def test_texts_count_that_state_norms_of_the_country_or_of_another_on_the_item_s_topic():
    feast, sea, pray = (
        "So they feast for seven days.",
        "They bury their dead at sea.",
        "They pray every morning.",
    )
    rows = found(AAA=said(feast, feast, sea, ""), BBB=said(sea, pray, feast, pray))
    assert rows["AAA"]["n_texts"] == 3
    assert rows["AAA"]["states_own"] == pytest.approx(1 / 3)  # the second is on another topic
    assert rows["AAA"]["states_other"] == pytest.approx(1 / 3)
    assert (rows["BBB"]["states_own"], rows["BBB"]["states_other"]) == (0.75, 0.25)


def test_where_nothing_is_thought_there_is_no_share():
    rows = found(AAA=said("", ""), BBB=said("Hm.", "Hm."))
    assert math.isnan(rows["AAA"]["states_own"]) and rows["BBB"]["states_own"] == 0
    table = list_stated(StatedListing(methods=("top1",)), [[*rows.values()]])
    mean = dict(zip(COLUMNS, table.splitlines()[-1].split("\t"), strict=True))
    assert (mean["country"], mean["n_texts"], mean["states_own"]) == ("MEAN", "2", "")


def test_one_country_alone_has_no_other_to_compare():
    spec = SPEC.model_copy(update={"countries": ("AAA",)})
    assert math.isnan(found(spec, AAA=said("They feast for seven days."))["AAA"]["states_other"])
