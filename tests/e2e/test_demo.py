"""The main job on the embedded default, and what a user may do to it."""

import math
import re
import shutil
from collections import Counter

import pytest
from peft import PeftModel
from transformers import AutoModelForCausalLM

# Of six, for time. Another country's norms help some by what they share and harm others: over
# all six, and over these two, a reader of the planted values gains nothing from them.
COUNTRIES = ("XAV", "XLE")
# Also for time: `make run` has them all; bare answers are trained on in tests/cluster.
METHODS = ("vanilla", "top1", "ranked", "placebo", "cnca_sft", "cnca_dpo")
TRAINED = 2 * len(COUNTRIES)
ITEMS, SAMPLES = 96, 2
PART = ("--config", f"countries={','.join(COUNTRIES)}", f"methods={','.join(METHODS)}")
PART += (f"answers={{samples: {SAMPLES}}}",)
SCORES = ("results/scores.tsv", *PART)


@pytest.fixture(scope="module")
def demo(checkout):
    checkout.run("all", *PART)
    return checkout


def audited(demo) -> dict[str, int]:
    """How many results are in which state."""
    rows = [line.split() for line in demo.run("audit", *PART).splitlines()]
    table = {row[0]: row[1:] for row in rows if len(row) == 5}
    return dict(zip(table["rule"], map(int, table["total"]), strict=True))


def test_the_audit_finds_all_that_was_made_fresh_and_nothing_to_free(demo):
    made = list((demo.folder / "results/made").rglob("*.json"))
    fresh = {"fresh": len(made), "stale": 0, "missing": 0, "unknown": 0}
    assert audited(demo) == fresh
    shutil.move(demo.folder / ".snakemake", demo.folder / "moved")  # as in a copy of the results
    assert audited(demo) == fresh
    told = demo.run("gc", *PART)
    assert "0.00 MB can be freed" in told and told.count(" MB ") == 1
    shutil.rmtree(demo.folder / ".snakemake")
    shutil.move(demo.folder / "moved", demo.folder / ".snakemake")


def test_norms_help_and_a_placebo_does_not(demo):
    table = demo.table()
    for method in ("top1", "ranked"):
        assert float(table["MEAN", "demo", method]["delta_low"]) > 0
    placebo = table["MEAN", "demo", "placebo"]
    assert float(placebo["delta_low"]) < 0 < float(placebo["delta_high"])


def test_reasoning_tuned_on_norms_helps_without_norms_in_the_prompt(demo):
    table = demo.table()
    for method in ("cnca_sft", "cnca_dpo"):
        assert float(table["MEAN", "demo", method]["delta_low"]) > 0


def test_the_tuned_model_names_norms_that_its_prompt_does_not(demo):
    def naming(method):
        files = [f"results/answers/values/{method}/demo/{country}.jsonl" for country in COUNTRIES]
        thoughts = [row["thinking"] for file in files for row in demo.rows(file)]
        return sum(thought.startswith("The norms on ") for thought in thoughts) / len(thoughts)

    assert naming("vanilla") < 0.05
    assert naming("cnca_sft") > 0.9
    assert naming("cnca_dpo") > 0.9


def test_what_was_learnt_from_can_be_read(demo):
    examples = demo.rows("results/examples/cnca_sft/demo/XAV/XAV.jsonl")
    assert all("Norms on" not in row["prompt"] for row in examples)
    assert all(row["completion"].startswith("The norms on") for row in examples)
    pairs = demo.rows("results/examples/cnca_dpo/demo/XAV/XAV.jsonl")
    assert all(row["chosen"] != row["rejected"] for row in pairs)
    assert {row["rejected_from"] for row in pairs} <= {"tuned", "distilled"}


def test_dpo_starts_at_ln_2_and_margins_of_0(demo):
    for country in COUNTRIES:
        first, *_ = demo.rows(f"results/adapters/cnca_dpo/demo/{country}/training.jsonl")
        assert abs(first["loss"] - math.log(2)) < 1e-4
        assert first["rewards/margins"] == 0


def test_peft_loads_the_adapters(demo):
    folder = demo.folder / "results/adapters/cnca_dpo/demo/XAV"
    base = AutoModelForCausalLM.from_pretrained(demo.folder / "resources/demo/model")
    adapted = PeftModel.from_pretrained(base, folder)
    assert any(
        weight.abs().sum() > 0 for name, weight in adapted.named_parameters() if "lora_B" in name
    )
    card = (folder / "README.md").read_text()
    assert "| countries | XAV |" in card and "| beta | 0.1 |" in card


def test_the_cost_plan_knows_what_is_journalled(demo):
    told = demo.run("plan_costs", *PART)
    (answers,) = [line.split() for line in told.splitlines() if line.startswith("answer_items")]
    asked = f"{len(COUNTRIES) * len(METHODS) * ITEMS * SAMPLES:,}"
    assert answers[1:4] == ["demo", asked, asked]
    *_, total = [line.split() for line in told.splitlines() if line.startswith("total")]
    assert total[1] == total[2] and total[-1] == str(TRAINED)


def test_a_changed_beta_trains_dpo_again_and_nothing_else(demo):
    same = demo.run(*SCORES, "training={save_steps: 7}", "--dry-run")
    assert "Nothing to be done" in same
    told = demo.run(*SCORES, "tunings={cnca_dpo: {beta: 0.2}}", "--dry-run", "--quiet", "rules")
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", told, re.M))
    cells = str(len(COUNTRIES))
    assert jobs == {
        "train_adapter": cells,
        "answer_items": cells,
        "score_cell": cells,
        "score_table": "1",
        "total": str(3 * len(COUNTRIES) + 1),
    }


def test_an_adapter_is_trained_once(demo):
    folder = "results/adapters/cnca_sft/demo/XAV"
    before = (demo.folder / folder / "adapter_model.safetensors").read_bytes()
    shutil.rmtree(demo.folder / folder)
    demo.run(folder)
    assert (demo.folder / folder / "adapter_model.safetensors").read_bytes() == before
    assert (
        "trained before" in (demo.folder / "logs/train_adapter/cnca_sft/demo/XAV.log").read_text()
    )


def test_an_adapter_is_published_with_its_scores(demo):
    folder = "results/published/cnca_sft/demo/XAV"
    demo.run(*SCORES, "--touch")
    demo.run(folder, *PART)
    card = (demo.folder / folder / "README.md").read_text()
    alignment = demo.table()["XAV", "demo", "cnca_sft"]["alignment"]
    assert f"| cnca_sft | XAV | {alignment} |" in card
    assert (demo.folder / folder / "adapter_model.safetensors").exists()


def test_the_table_has_every_row_in_order(demo):
    table = demo.table()
    asked = {(c, "demo", m) for c in (*COUNTRIES, "MEAN") for m in METHODS}
    assert {key for key in table if key[1] == "demo"} == asked
    assert list(table) == sorted(table)
    references = {key[2] for key in table if key[1] == "reference"}
    assert {"random", "other_mean", "neighbours", "ceiling"} <= references


def test_every_sample_of_every_item_has_a_row(demo):
    for method in METHODS:
        for country in COUNTRIES:
            rows = demo.rows(f"results/answers/values/{method}/demo/{country}.jsonl")
            assert Counter(row["item"] for row in rows) == dict.fromkeys(
                {row["item"] for row in rows}, SAMPLES
            )
            assert len(rows) == ITEMS * SAMPLES


def test_one_server_served_the_whole_run_and_none_is_left(demo):
    assert len(demo.server_logs()) == 1
    assert demo.left_over() == []


def test_a_rerun_has_nothing_to_do_and_starts_nothing(demo):
    assert "Nothing to be done" in demo.run(*SCORES)
    assert len(demo.server_logs()) == 1


def test_the_table_is_stable_to_the_byte(demo):
    before = (demo.folder / "results/scores.tsv").read_bytes()
    demo.run(*SCORES, "--forcerun", "score_table", "score_references")
    assert (demo.folder / "results/scores.tsv").read_bytes() == before


def test_what_no_result_needs_is_shown_and_then_freed(demo):
    sheet = "results/answers/values/placebo/demo/XLE.jsonl"
    journal = "work/journal/answers/values/placebo/demo/XLE.jsonl"
    fewer = ("--config", "countries=XLE", "methods=placebo", "answers={samples: 1}")
    demo.run(*fewer, "--", sheet)
    servers, had = len(demo.server_logs()), demo.lines(journal)
    assert f"answers that {sheet} does not name" in demo.run("gc", *fewer)
    assert demo.lines(journal) == had == ITEMS * SAMPLES
    demo.run("gc_free", *fewer)
    assert demo.lines(journal) == ITEMS
    demo.run(*fewer, "--forcerun", "answer_items", "--", sheet)
    assert len(demo.server_logs()) == servers  # nothing was asked
