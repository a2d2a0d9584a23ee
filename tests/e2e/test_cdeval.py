"""CDEval through Snakemake: the ends of the scale by a model that is played, on what ships."""

import csv
import json

import pytest
import yaml

from mores.evaluations.cdeval.items import read_pairs

COUNTRIES = ["USA"]  # that has scores; a country of the demo's survey is told to be it
LEFT_OUT = ("placebo", "sft", "cnca_sft", "cnca_dpo")  # a second country, and adapters


@pytest.fixture(scope="module")
def study(checkout, module_endpoint):
    """A country, and a model that is for the high pole, and as a persona always says A."""
    demo = json.loads((checkout.folder / "resources/demo/survey.json").read_text())
    survey = dict(zip(COUNTRIES, demo.values(), strict=False))
    (checkout.folder / "survey.json").write_text(json.dumps(survey))
    endpoints = {"demo": {"url": module_endpoint.url, "served_model": "demo"}}
    added = {
        "survey": {"path": "survey.json"},
        "countries": COUNTRIES,
        "engine": {"launcher": "endpoint", "endpoints": endpoints},
        "methods": {"always_a": {"prompt": "persona"}} | dict.fromkeys(LEFT_OUT),
        "evaluations": {
            "cdeval": {"kind": "cdeval", "methods": ["vanilla", "always_a"], "samples": 1}
        },
    }
    (checkout.folder / "study.yaml").write_text(yaml.safe_dump(added))
    high = {pair.high for pair in read_pairs(checkout.folder / "resources/cdeval/items.json", None)}

    def reply(body):
        prompt = body["messages"][-1]["content"]
        shown = [line for line in prompt.splitlines() if line[3:] in high]
        answer = "A" if prompt.startswith("Put yourself") else shown[0][0]
        return f"So it is.</think>{answer}"

    module_endpoint.reply = reply
    told = checkout.run(
        *("--configfile", "study.yaml", "--", "results/cdeval.tsv"),
    )
    return checkout, told


def rows(checkout) -> dict[tuple[str, str, str], dict[str, str]]:
    lines = (checkout.folder / "results/cdeval.tsv").read_text().splitlines()
    found = csv.DictReader(lines, delimiter="\t")
    return {
        (row["country"], row["method"], row["dimension"]): row
        for row in found
        if row["domain"] == "ALL"
    }


def test_every_item_is_asked_in_every_wording_and_order(study, module_endpoint):
    checkout, _ = study
    for country in COUNTRIES:
        path = f"results/answers/cdeval/vanilla/demo/{country}.jsonl"
        assert len(checkout.rows(path)) == 126 * 3 * 2
    prompts = {body["messages"][-1]["content"] for body in module_endpoint.bodies}
    assert len(prompts) == 2 * 126 * 3 * 2


def test_the_high_pole_is_1_and_one_place_a_half(study):
    checkout, _ = study
    found = rows(checkout)
    for dimension in ("PDI", "IDV", "UAI", "MAS", "LTO", "IVR"):
        high, same = (found["USA", method, dimension] for method in ("vanilla", "always_a"))
        assert (high["likelihood"], same["likelihood"]) == ("1.0000", "0.5000")
        assert (high["n_valid"], same["n_valid"]) == ("126", "42")
    # The USA's scores are 40 91 46 62 26 68: their mean distance from 100 is 44.5.
    assert found["USA", "vanilla", "ALL"]["distance"] == "0.4450"
    same = found["USA", "always_a", "ALL"]
    assert (same["distance"], same["invalid_rate"]) == ("0.1817", "0.6667")
    assert same["distance"] == found["USA", "half", "ALL"]["distance"]
    assert (same["invalid_no_number"], same["first_share"]) == ("504", "1.0000")


def test_the_run_ends_with_the_means_and_a_warning(study):
    _, told = study
    assert "results/cdeval.tsv: means over 1 countries" in told
    assert "beware: USA demo always_a: 67% of answers name no option (most: no_number)" in told
