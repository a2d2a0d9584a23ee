"""One country of the demo by itself: an objective without pairs, thinking that is cut, Ctrl-C."""

import json
import os
import re
import signal

import pytest

pytestmark = pytest.mark.long

ITEMS = 96
VANILLA = "results/cells/values/vanilla/demo/XLE.json"
TRACES = "results/traces/demo/XLE.jsonl"
# The demo's own rates of cnca_sft, under another objective and without pairs.
KTO = "tunings={kto: {objective: kto, learning_rate: 0.005, epochs: 6, alpha: 32}}"


@pytest.fixture(scope="module")
def country(checkout):
    """What the tests below hold theirs against."""
    checkout.run("--config", "countries=XLE", "--", VANILLA, TRACES)
    return checkout


def test_kto_takes_right_and_wrong_traces_through_to_answers_and_scores(country):
    """Nothing but its own is made, and it lifts the country's score as the paper's tunings do."""
    cell = "results/cells/values/kto/demo/XLE.json"
    one = ("--config", "countries=XLE", KTO, "methods={kto: {tuning: kto}}", "--", cell)
    told = country.run("--dry-run", "--quiet", "rules", *one)
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", told, re.M))
    rules = ("collect_examples", "train_adapter", "answer_items", "score_cell")
    assert jobs == dict.fromkeys(rules, "1") | {"total": "4"}
    country.run(*one)
    examples = country.rows("results/examples/kto/demo/XLE/XLE.jsonl")
    assert {row["wanted"] for row in examples} == {True, False}
    first, *_ = country.rows("results/adapters/kto/demo/XLE/training.jsonl")
    assert abs(first["loss"] - 0.5) < 0.01  # it starts as its own reference: sigmoid(0)
    scored = json.loads((country.folder / cell).read_text())
    vanilla = json.loads((country.folder / VANILLA).read_text())
    assert scored["alignment"] > vanilla["alignment"] + 5


def test_thinking_that_the_length_limit_cuts_is_no_answer(country):
    """Its digits score as nothing: only what follows the thinking does."""
    cell = "values/cut/demo/XLE"
    few = "answers={samples: 1, sampling: {max_tokens: 20}}"
    made = f"results/cells/{cell}.json"
    country.run("--config", "countries=XLE", "methods={cut: {}}", few, "--", made)
    rows = country.rows(f"results/answers/{cell}.jsonl")
    cut = [row for row in rows if "</think>" not in row["text"]]
    assert len(cut) > ITEMS / 10
    assert {row["invalid"] for row in cut} == {"cut"}
    assert {(row["answer"], row["thinking"]) for row in cut} == {
        ("", row["text"].strip()) for row in cut
    }
    scored = json.loads((country.folder / made).read_text())
    assert scored["n_valid"] <= len(rows) - len(cut) < scored["n_items"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_a_stopped_run_leaves_no_server(country, number):
    sheet = VANILLA.replace("cells", "answers").replace(".json", ".jsonl")
    journal = sheet.replace("results/answers", "work/journal/answers")
    had = country.lines(journal)
    samples = {signal.SIGTERM: 7, signal.SIGINT: 9}[number]  # others than were asked before
    run = country.start("--config", f"answers={{samples: {samples}}}", "--", sheet)
    country.wait_for_lines(journal, had + 20)
    if number == signal.SIGINT:  # Ctrl-C reaches the whole group
        os.killpg(run.pid, number)
    else:
        run.send_signal(number)
    run.communicate(timeout=120)
    assert country.left_over() == []
