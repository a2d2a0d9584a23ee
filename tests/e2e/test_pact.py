"""PACT and the guardrails on the demo: two countries, their adapters, every answer counted."""

import csv

import pytest

pytestmark = pytest.mark.long
COUNTRIES = ("XAV", "XLE")
METHODS = ("vanilla", "cnca_dpo")
TABLES = ("demo_pact", "bridge", "demo_pact_contrasts", "bridge_contrasts", "guardrails")


@pytest.fixture(scope="module")
def study(checkout):
    """Both example configurations at once, which share their adapters."""
    files = ("config/pact.yaml", "config/guardrails.yaml")
    parts = (f"countries={','.join(COUNTRIES)}", f"methods={','.join(METHODS)}")
    targets = [f"results/{table}.tsv" for table in TABLES]
    checkout.run("--configfile", *files, "--config", *parts, "--", *targets)
    return checkout


def table(study, name):
    text = (study.folder / f"results/{name}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


@pytest.mark.parametrize("name", ["demo_pact", "bridge"])
def test_every_answer_is_a_decision_or_counted_as_none(study, name):
    for country in COUNTRIES:
        for method in METHODS:
            answers = study.rows(f"results/answers/{name}/{method}/demo/{country}.jsonl")
            assert len(answers) == 2 * 48
            assert all((row["choice"] is None) == bool(row["invalid"]) for row in answers)
            (row,) = (
                one
                for one in table(study, name)
                if (one["country"], one["method"]) == (country, method)
            )
            unknown = sum(row["choice"] is None for row in answers)
            assert float(row["invalid_rate"]) == pytest.approx(unknown / 96, abs=1e-4)
            assert (
                sum(
                    int(row[key])
                    for key in row
                    if key.startswith("invalid_") and key != "invalid_rate"
                )
                == unknown
            )
            assert float(row["allow_least"]) <= float(row["allow_rate"]) <= float(row["allow_most"])


@pytest.mark.parametrize("name", ["demo_pact", "bridge"])
def test_the_bridge_has_its_contrast_with_what_could_have_been_found(study, name):
    found = {(row["contrast"], row["country"]): row for row in table(study, f"{name}_contrasts")}
    row = found["cnca_dpo_own", "MEAN"]
    assert (row["of"], row["against"]) == ("cnca_dpo", "vanilla")
    assert float(row["low"]) <= float(row["difference"]) <= float(row["high"])
    assert float(row["detectable"]) > 0


def test_every_tuned_method_is_held_against_the_base_model(study):
    rows = {
        (row["check"], row["method"], row["country"]): row for row in table(study, "guardrails")
    }
    assert {key[0] for key in rows} == {
        *("alignment", "form", "apart"),
        *("harmful", "harmless", "skills"),
    }
    assert {key[1] for key in rows} == {"cnca_dpo"}
    assert {key[2] for key in rows} == {*COUNTRIES, "MEAN"}
    # What tuning is for: the demo's adapters bring the countries' answers nearer, and apart.
    assert float(rows["alignment", "cnca_dpo", "MEAN"]["delta"]) > 5
    assert all(row["verdict"] in ("lost", "kept", "undecided") for row in rows.values())
