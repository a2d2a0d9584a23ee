"""Keys by which one tells what our choices do, run for real on a part of the demo.

Norms of the countries that answer most and least alike, a way with a number of its own, an adapter
on a model's own right traces, and the second set of templates. What a model was sent is
rendered anew here, and held against the digests beside what it said.
"""

import json
from collections import Counter

import pytest
import yaml

from mores.canonical import digest
from mores.method.countries import load_countries
from mores.method.items import load_bank
from mores.method.prompts import Prompts

pytestmark = pytest.mark.long

TOPICS, ITEMS, TRAINING = 2, 10, 5
LEFT_OUT = ("topic", "ranked", "placebo", "sft")
STUDY = {
    "survey": {"bank": "bank.yaml"},
    "split": {"train_per_topic": TRAINING},
    "answers": {"samples": 1},
    "mining": {"ways": {"few": {"answers": "top", "norms_per_topic": 2}}},
    "methods": {
        "few": {"norms": "few"},
        "nearest": {"norms": "top1", "norm_country": "nearest"},
        "farthest": {"norms": "top1", "norm_country": "farthest"},
    }
    | dict.fromkeys(LEFT_OUT),
    "traces": {"chosen": "tuned"},
    # as many steps as the demo's adapters make on eight times the items
    "tunings": {"cnca_sft": {"epochs": 60}, "cnca_dpo": {"epochs": 8}},
}
PART = ("--configfile", "study.yaml", "--config", "countries=XAV")
COUNTS = {"few": 2, "nearest": 3, "farthest": 3, "top1": 3}


@pytest.fixture(scope="module")
def study(checkout):
    """A country and the two others that it is lent norms of."""
    bank = yaml.safe_load((checkout.folder / "resources/items/demo.yaml").read_text())
    topics = dict([*bank["topics"].items()][:TOPICS])
    of_topic = {key: [one for one in bank["items"] if one["topic"] == key] for key in topics}
    items = [one for key in topics for one in of_topic[key][:ITEMS]]
    cut = {"survey": "demo", "topics": topics, "items": items}
    (checkout.folder / "bank.yaml").write_text(yaml.safe_dump(cut, sort_keys=False))
    (checkout.folder / "study.yaml").write_text(yaml.safe_dump(STUDY))
    checkout.run(*PART, "--", "results/scores.tsv", "results/items.tsv", "results/contrasts.tsv")
    return checkout


def by_likeness(study) -> list[str]:
    """The other countries, the most alike first, from the survey's file by hand."""
    survey = json.loads((study.folder / "resources/demo/survey.json").read_text())
    codes = {one.id: one.codes for one in load_bank(study.folder / "bank.yaml").items.values()}
    split = (study.folder / "results/survey/split.tsv").read_text().splitlines()
    train = [line.split("\t")[0] for line in split if line.endswith("train")]
    assert len(train) == TOPICS * TRAINING

    def place(country, item):
        shares = survey[country][item]
        top = max(shares, key=lambda code: shares[code])
        return (int(top) - codes[item][0]) / (codes[item][-1] - codes[item][0])

    apart = {
        other: sum((place("XAV", item) - place(other, item)) ** 2 for item in train)
        for other in survey
        if other != "XAV"
    }
    return sorted(apart, key=lambda other: apart[other])


def norms(study, way, country) -> dict[str, list[str]]:
    rows = study.rows(f"results/norms/{way}/demo/{country}/high.jsonl")
    return {row["topic"]: row["norms"] for row in rows}


def put(study, item, given, prompts="prompts", template="answer", **values) -> str:
    """The digest of what a model is sent about an item."""
    bank = load_bank(study.folder / "bank.yaml")
    named = {
        "country": load_countries(study.folder / "resources/countries.yaml")["XAV"],
        "topic": bank.topics[bank.items[item].topic],
        "item": bank.items[item],
    }
    shown = {"norms": given, "examples": []} if template == "answer" else {}
    rendered = Prompts(study.folder / "resources" / prompts).render(
        template, **named, **shown, **values
    )
    return digest(list(rendered))


@pytest.mark.parametrize("method", COUNTS)
def test_a_question_has_the_norms_before_it_that_the_method_says(study, method):
    whose = {"nearest": by_likeness(study)[0], "farthest": by_likeness(study)[-1]}
    given = norms(study, "few" if method == "few" else "top1", whose.get(method, "XAV"))
    assert {len(of_topic) for of_topic in given.values()} == {COUNTS[method]}
    items = load_bank(study.folder / "bank.yaml").items
    rows = study.rows(f"results/answers/values/{method}/demo/XAV.jsonl")
    assert len(rows) == TOPICS * (ITEMS - TRAINING)
    for row in rows:
        assert row["prompt"] == put(study, row["item"], given[items[row["item"]].topic])
    listed = (study.folder / "results/items.tsv").read_text()
    assert all(" | ".join(of_topic) in listed for of_topic in given.values())


def test_dpo_prefers_what_the_tuned_model_said_by_itself(study):
    said = study.rows("results/rejected/cnca_sft/demo/XAV/XAV.jsonl")
    right = {row["text"] for row in said if row["verdict"] == "right"}
    assert {row["prompt"] for row in said} == {put(study, row["item"], []) for row in said}
    pairs = study.rows("results/examples/cnca_dpo/demo/XAV/XAV.jsonl")
    assert pairs
    assert {row["chosen"] for row in pairs} <= right
    assert max(Counter((row["item"], row["chosen"]) for row in pairs).values()) == 1


def test_the_second_set_of_templates_asks_nobody_to_be_brief(study):
    """The demo's model never saw it, and need not write norms; what it is sent is what is said."""
    opened = ("prompts=resources/prompts_open", "methods=vanilla,top1")
    study.run(*PART, *opened, "--", "results/scores.tsv")
    (first, *_) = study.rows("results/answers/values/vanilla/demo/XAV.jsonl")
    assert first["prompt"] == put(study, first["item"], [], "prompts_open")
    assert first["prompt"] != put(study, first["item"], [])
    for row in study.rows("results/norms/top1/demo/XAV/low.jsonl"):
        told = {"answer": row["survey_answer"]}
        assert row["prompt"] == put(study, row["item"], [], "prompts_open", "low_norm", **told)
