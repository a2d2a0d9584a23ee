"""The staleness matrix: an edit, and the exact jobs that must run again for it.

Each edit is planned by Snakemake itself, and audited: both must come to the same results.
tests/e2e/test_demo.py checks some rows against what then really ran.
"""

import json
import shutil
from collections.abc import Callable

import pytest

from mores.cells import lender
from mores.settings import load_settings
from mores.specs import Specs

# Of the study in conftest.py.
COUNTRIES = ["XAV", "XBO", "XDU"]
METHODS = ("vanilla", "top1", "ranked", "placebo", "examples", "sft", "cnca_dpo")
SEED = 2026


def answered(methods, countries=COUNTRIES, model="demo") -> set[str]:
    """Cells answered and scored anew."""
    return {
        f"{rule} {method} {model} {country}"
        for rule in ("answer_items", "score_cell")
        for method in methods
        for country in countries
    } | {"score_table"}


def scored(methods, countries=COUNTRIES) -> set[str]:
    """Cells whose answers stand."""
    return {job for job in answered(methods, countries) if not job.startswith("answer_items")}


def high(ways, countries=COUNTRIES, model="demo") -> set[str]:
    """High-level norms mined anew, and the cells they stand before: placebo's are its lender's."""
    jobs = {f"mine_high_norms {way} {model} {country}" for way in ways for country in countries}
    jobs |= answered(list(ways), countries, model)
    if "top1" in ways:
        borrowers = [c for c in COUNTRIES if lender(c, tuple(COUNTRIES), SEED) in countries]
        jobs |= answered(["placebo"], borrowers, model)
    return jobs


def low(ways, countries=COUNTRIES, model="demo") -> set[str]:
    """Low-level norms mined anew, and what follows."""
    jobs = {f"mine_low_norms {way} {model} {country}" for way in ways for country in countries}
    return (
        jobs
        | high(ways, countries, model)
        | (traced(countries, model) if "top1" in ways else set())
    )


def traced(countries=COUNTRIES, model="demo") -> set[str]:
    """Traces sampled anew, and what follows."""
    jobs = {f"sample_traces {model} {country}" for country in countries}
    return jobs | taught("cnca_sft", countries, model)


def taught(tuning, countries=COUNTRIES, model="demo") -> set[str]:
    """Examples of a supervised tuning collected anew, and what follows."""
    jobs = {f"collect_examples {tuning} {model} {c} {c}" for c in countries}
    return jobs | trained(tuning, countries, model)


def trained(tuning, countries=COUNTRIES, model="demo") -> set[str]:
    """Adapters trained anew, and what follows."""
    jobs = {f"train_sft {tuning} {model} {country}" for country in countries}
    if tuning == "sft":
        return jobs | answered(["sft"], countries, model)
    return jobs | rejected(countries, model)


def rejected(countries=COUNTRIES, model="demo") -> set[str]:
    """What the tuned model says sampled anew, and what follows."""
    jobs = {f"sample_rejected cnca_sft {model} {c} {c}" for c in countries}
    return jobs | paired(countries, model)


def paired(countries=COUNTRIES, model="demo") -> set[str]:
    jobs = {f"pair_traces cnca_dpo {model} {c} {c}" for c in countries}
    return jobs | preferred(countries, model)


def preferred(countries=COUNTRIES, model="demo") -> set[str]:
    jobs = {f"train_dpo cnca_dpo {model} {country}" for country in countries}
    return jobs | answered(["cnca_dpo"], countries, model)


def of_country(country: str, model="demo") -> set[str]:
    """All that depends on what a country answered; `vanilla` asks nothing of it."""
    jobs = {f"split_country {country}", "score_references"}
    jobs |= low(["top1", "ranked"], [country], model) | taught("sft", [country], model)
    return jobs | answered(["examples"], [country], model) | scored(METHODS, [country])


def answers_of_one_country(project) -> set[str]:
    path = project.folder / "resources/demo/survey.json"
    survey = json.loads(path.read_text(encoding="utf-8"))
    shares = survey["XBO"]["CU01"]
    survey["XBO"]["CU01"] = dict(zip(shares, reversed(shares.values()), strict=True))
    path.write_text(json.dumps(survey))
    return {"import_survey"} | of_country("XBO")


def a_country_added(project) -> set[str]:
    countries = [*COUNTRIES, "XKI"]
    project.write_study({"countries": countries})
    draws = {
        c: (lender(c, tuple(COUNTRIES), SEED), lender(c, tuple(countries), SEED)) for c in COUNTRIES
    }
    moved = [country for country, (old, new) in draws.items() if old != new]
    jobs = of_country("XKI") | answered(METHODS, ["XKI"])
    return jobs | answered(["placebo"], moved)


def a_country_removed(project) -> set[str]:
    left = ["XAV", "XDU"]
    project.write_study({"countries": left})
    moved = [c for c in left if lender(c, tuple(COUNTRIES), SEED) not in left]
    return answered(["placebo"], moved) | {"score_references"}


def a_model_added(project) -> set[str]:
    project.write_study(
        {"models": {"second": {"path": "resources/demo/model", "dtype": "float32"}}}
    )
    jobs = low(["top1", "ranked"], model="second") | taught("sft", model="second")
    return jobs | answered(METHODS, model="second")


def a_method_added(project) -> set[str]:
    project.write_study({"methods": {"no_think": {"norms": "top1", "thinking": "none"}}})
    return answered(["no_think"])


def a_method_added_that_needs_norms(project) -> set[str]:
    project.write_study({"methods": {"topic": {"norms": "topic"}}})
    return {f"mine_topic_norms topic demo {country}" for country in COUNTRIES} | answered(["topic"])


def a_template(project) -> set[str]:
    project.edit("resources/prompts/high_norm.j2", "sum them up", "boil them down")
    return high(["top1", "ranked"])


def the_answer_template(project) -> set[str]:
    project.edit("resources/prompts/_reply.j2", "briefly", "well")
    return traced() | taught("sft") | answered(METHODS)


def another_way_s_template(project) -> set[str]:
    project.edit("resources/prompts/ranked_norm.j2", "Which norm", "What norm")
    return low(["ranked"])


def item_of(part: str) -> str:
    settings = load_settings(["config/config.yaml", "study.yaml"], {})
    return Specs(settings).parts[part][0].wording


def a_word_in_a_test_item(project) -> set[str]:
    wording = item_of("test")
    project.edit("resources/items/demo.yaml", wording, f"{wording} Truly?")
    return answered(METHODS)


def a_word_in_a_training_item(project) -> set[str]:
    wording = item_of("train")
    project.edit("resources/items/demo.yaml", wording, f"{wording} Truly?")
    return low(["top1", "ranked"]) | taught("sft") | rejected() | answered(["examples"])


def scoring_code(project) -> set[str]:
    with open("workflow/scripts/mores/scoring/cell.py", "a") as stream:
        stream.write("\nCHANGED = True\n")
    return scored(METHODS)


def a_comment_and_a_docstring(project) -> set[str]:
    project.edit("workflow/scripts/mores/scoring/cell.py", '"""', '"""Well, ')
    with open("workflow/scripts/mores/norms.py", "a") as stream:
        stream.write("\n# a remark\n")
    return set()


def a_module_that_two_scripts_import(project) -> set[str]:
    with open("workflow/scripts/mores/examples.py", "a") as stream:
        stream.write("\nCHANGED = True\n")
    return taught("sft") | taught("cnca_sft") | paired()


def beta(project) -> set[str]:
    project.write_study({"tunings": {"cnca_dpo": {"beta": 0.2}}})
    return preferred()


def runtime_keys(project) -> set[str]:
    engine = {"concurrency": 3, "retries": 1, "request_timeout": 5, "adapter_slots": 9}
    resources = {"demo": {"resources": {"gpus": 2, "minutes": 5}}}
    training = {"device_batch": 1, "save_steps": 3, "gradient_checkpointing": True}
    project.write_study({"engine": engine, "models": resources, "training": training})
    return set()


def touched_files(project) -> set[str]:
    for folder in ("config", "workflow", "resources"):
        for path in (project.folder / folder).rglob("*"):
            path.touch()
    return set()


def two_values_swapped(project) -> set[str]:
    project.write_study({"tunings": {"cnca_sft": {"epochs": 16, "batch_size": 15}}})
    return trained("cnca_sft")


def mining_k(project) -> set[str]:
    project.write_study({"mining": {"norms_per_topic": 2}})
    return high(["top1", "ranked"])


def ranked_top_k(project) -> set[str]:
    project.write_study({"mining": {"ways": {"ranked": {"top_k": 2}}}})
    return low(["ranked"])


def the_split_s_seed(project) -> set[str]:
    """Another seed draws other lenders too."""
    project.write_study({"split": {"seed": SEED + 1}})
    jobs = {"split_items", "score_references"} | {f"split_country {c}" for c in COUNTRIES}
    return jobs | low(["top1", "ranked"]) | taught("sft") | answered(METHODS)


def the_engine_s_version(project) -> set[str]:
    project.edit("workflow/envs/gpu.txt", "vllm==0.32.0", "vllm==0.33.0")
    return low(["top1", "ranked"]) | rejected() | answered(METHODS)


def the_trainer_s_version(project) -> set[str]:
    project.edit("workflow/envs/gpu.txt", "trl==1.16.0", "trl==1.17.0")
    return trained("sft") | trained("cnca_sft") | preferred()


def the_scorer_s_version(project) -> set[str]:
    project.edit("workflow/envs/gpu.txt", "numpy==2.3.5", "numpy==2.3.6")
    return scored(METHODS) | {"score_references"}


EDITS = [
    answers_of_one_country,
    a_country_added,
    a_country_removed,
    a_model_added,
    a_method_added,
    a_method_added_that_needs_norms,
    a_template,
    the_answer_template,
    another_way_s_template,
    a_word_in_a_test_item,
    a_word_in_a_training_item,
    scoring_code,
    a_comment_and_a_docstring,
    a_module_that_two_scripts_import,
    beta,
    runtime_keys,
    touched_files,
    two_values_swapped,
    mining_k,
    ranked_top_k,
    the_split_s_seed,
    the_engine_s_version,
    the_trainer_s_version,
    the_scorer_s_version,
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edit_makes_exactly_this_stale(project, edit: Callable[..., set[str]]):
    expected = edit(project)
    found = project.planned()
    assert found == expected, {"too many": found - expected, "too few": expected - found}
    assert project.audited() == {job.split()[0] for job in expected if job}


def test_a_rule_whose_spec_says_nothing_fails_the_matrix(project):
    """The counter-check: break one rule's params, and the edit that it should see goes unseen."""
    spec = 'code=code("train_dpo")'
    whole = "spec=lambda wildcards: SPECS.train_adapter(**wildcards),\n        " + spec
    project.edit("workflow/rules/finetune.smk", whole, 'spec="{{}}",\n        ' + spec)
    assert project.snakemake("--touch", "--forceall").returncode == 0
    assert beta(project) - project.planned() == preferred()


def test_the_audit_still_tells_when_snakemake_s_own_notes_are_lost(project):
    shutil.rmtree(".snakemake")
    expected = beta(project)
    assert project.planned() == set()  # Snakemake is blind to params now
    assert project.audited() == {job.split()[0] for job in expected}
