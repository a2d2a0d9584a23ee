"""Scenes as questions: two orders, the conditions, and what scores are made with."""

import pytest

from mores.evaluations.pact.questions import Settings
from mores.evaluations.questions import Asking
from mores.method.countries import Country
from mores.survey.part import BankPart


def texts(questions):
    return [item.wording for item in questions.bank.items.values()]


def test_a_scene_is_put_twice_and_each_time_the_option_that_allows_is_known(row, scenes):
    found = scenes(row(id="s1"))
    first, second = found.bank.items.values()
    assert (first.id, second.id) == ("s1", "s1.turned")
    assert first.options == second.options[::-1] and first.wording == second.wording
    for item in (first, second):
        assert item.text(found.gold[item.id]).startswith("ALLOW_PREFERENCE: ")
        assert item.text(3 - found.gold[item.id]).startswith("FOLLOW_CULTURE: ")


def test_what_is_told_of_a_scene(row, scenes):
    assert texts(scenes(row()))[0].splitlines() == [
        "In Kenya: Person A visits Person B, and tea is poured.",
        "Person A, the actor: woman, 18-29, from Kenya.",
        "Person B, the receiver: man, 60 or older, from Kenya.",
        "What is expected in Kenya: A guest drinks the tea.",
        "What Person A would prefer: that the tea may be declined.",
    ]


@pytest.mark.parametrize(
    ("condition", "changed"),
    [
        ({"preference": "swapped"}, ["What Person B would prefer: that the tea may be declined."]),
        (
            {"preference": "both"},
            ["What Person A and Person B both would prefer: that the tea may be declined."],
        ),
        ({"demographics": "none"}, []),
        ({"expectation": "norms"}, []),
        (
            {"balance": True},
            ["Weigh what is expected and what the person would prefer against each other."],
        ),
    ],
)
def test_a_condition_changes_its_own_lines_alone(row, scenes, condition, changed):
    plain, other = (texts(scenes(row(), **one))[0].splitlines() for one in ({}, condition))
    assert [line for line in other if line not in plain] == changed
    lost = [line.split(":")[0] for line in plain if line not in other]
    assert (
        lost
        == {
            "swapped": ["What Person A would prefer"],
            "both": ["What Person A would prefer"],
            "none": ["Person A, the actor", "Person B, the receiver"],
            "norms": ["What is expected in Kenya"],
            True: [],
        }[next(iter(condition.values()))]
    )


def test_the_wish_s_age_and_gender_are_its_owner_s(row, scenes):
    for preference, age, gender in (
        ("actor", "18-29", "woman"),
        ("swapped", "60 or older", "man"),
        ("both", "18-29", "woman"),
    ):
        (fact,) = scenes(row(), preference=preference).facts
        assert (fact.age, fact.gender) == (age, gender)


def test_own_scenes_are_those_set_in_the_cell_s_country(row, scenes):
    rows = [row(base_country=base) for base in ("Kenya", "KEN", "Britain", "United Kingdom")]
    britain = Country(code="GBR", name="Great Britain", adjective="British")
    assert [fact.own for fact in scenes(*rows).facts] == [True, True, False, False]
    names = {"Britain": "GBR", "United Kingdom": "GBR"}
    asked = scenes(*rows, country=britain, names=names)
    assert [fact.own for fact in asked.facts] == [False, False, True, True]


def test_a_theme_may_be_a_topic_of_the_survey(row, scenes):
    found = scenes(row(), topics={"visits": "customs"})
    assert {item.topic for item in found.bank.items.values()} == {"customs"}
    assert [fact.topic for fact in found.facts] == ["customs"]
    assert found.bank.topics == {"customs": "visits"}


def test_whose_scenes_they_are_is_part_of_a_cell_s_spec_and_not_of_the_answers(row, scenes):
    japan = Country(code="JPN", name="Japan", adjective="Japanese")
    here, there = scenes(row()), scenes(row(), country=japan)
    assert BankPart.of(here.bank, "all") == BankPart.of(there.bank, "all")
    assert here.gold_digest != there.gold_digest
    rated = scenes(row(human_allow="1", human_raters="2"))
    assert BankPart.of(here.bank, "all") == BankPart.of(rated.bank, "all")
    assert here.gold_digest != rated.gold_digest


def test_a_job_gets_all_that_scores_are_made_with(row, scenes, written):
    asked = scenes(row())
    settings = Settings(kind="pact")
    asking = Asking(
        evaluation=settings.of_questions(),
        questions=BankPart.of(asked.bank, "all"),
        gold=asked.gold_digest,
    )
    kenya = Country(code="KEN", name="Kenya", adjective="Kenyan")
    assert asking.read(str(written(row())), kenya).facts == asked.facts
