"""The main job on the embedded default, and what a user may do to it."""

import os
import signal
from collections import Counter

import pytest

COUNTRIES = ("XAV", "XBO", "XDU", "XKI", "XLE", "XMO")
METHODS = ("vanilla", "top1", "placebo")
ITEMS, SAMPLES = 96, 3


@pytest.fixture(scope="module")
def demo(checkout):
    checkout.run("results/scores.tsv")
    return checkout


def test_norms_help_and_a_placebo_does_not(demo):
    table = demo.table()
    assert float(table["MEAN", "demo", "top1"]["delta_low"]) > 0
    placebo = table["MEAN", "demo", "placebo"]
    assert float(placebo["delta_low"]) < 0 < float(placebo["delta_high"])


def test_the_table_has_every_row_in_order(demo):
    table = demo.table()
    asked = {(c, "demo", m) for c in (*COUNTRIES, "MEAN") for m in METHODS}
    assert {key for key in table if key[1] == "demo"} == asked
    assert list(table) == sorted(table)
    references = {key[2] for key in table if key[1] == "reference"}
    assert {"random", "other_mean", "ceiling"} <= references


def test_every_sample_of_every_item_has_a_row(demo):
    for method in METHODS:
        for country in COUNTRIES:
            rows = demo.rows(f"results/answers/{method}/demo/{country}.jsonl")
            assert Counter(row["item"] for row in rows) == dict.fromkeys(
                {row["item"] for row in rows}, SAMPLES
            )
            assert len(rows) == ITEMS * SAMPLES


def test_one_server_served_the_whole_run_and_none_is_left(demo):
    assert len(demo.server_logs()) == 1
    assert demo.left_over() == []


def test_a_rerun_has_nothing_to_do_and_starts_nothing(demo):
    assert "Nothing to be done" in demo.run("results/scores.tsv")
    assert len(demo.server_logs()) == 1


def test_the_table_is_stable_to_the_byte(demo):
    before = (demo.folder / "results/scores.tsv").read_bytes()
    demo.run("results/scores.tsv", "--forcerun", "score_table", "score_references")
    assert (demo.folder / "results/scores.tsv").read_bytes() == before


def test_a_killed_job_loses_nothing_and_the_rerun_asks_only_what_is_missing(demo):
    sheet = "results/answers/vanilla/demo/XAV.jsonl"
    journal = "work/journal/answers/vanilla/demo/XAV.jsonl"
    had = demo.lines(journal)
    assert had == ITEMS * SAMPLES
    more = ("--config", "answers={samples: 6}", "--", sheet)
    run = demo.start(*more)
    demo.wait_for_lines(journal, had + 40)
    for job in demo.processes("answer_items.py"):
        job.send_signal(signal.SIGKILL)
    told, _ = run.communicate(timeout=120)
    assert run.returncode != 0, told
    kept = demo.lines(journal)
    assert had + 40 < kept < ITEMS * 6
    assert demo.lines(sheet) in (0, ITEMS * SAMPLES)

    demo.run(*more)
    assert demo.lines(sheet) == ITEMS * 6
    keys = [row["key"] for row in demo.rows(journal)]
    assert len(keys) == len(set(keys)) == ITEMS * 6
    assert demo.left_over() == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_run_leaves_no_server(demo, name):
    country = {"SIGINT": "XBO", "SIGTERM": "XDU"}[name]
    sheet = f"results/answers/top1/demo/{country}.jsonl"
    journal = f"work/journal/answers/top1/demo/{country}.jsonl"
    had = demo.lines(journal)
    run = demo.start("--config", "answers={samples: 7}", "--", sheet)
    demo.wait_for_lines(journal, had + 20)
    if name == "SIGINT":
        os.killpg(run.pid, signal.SIGINT)  # Ctrl-C reaches the whole group
    else:
        run.send_signal(signal.SIGTERM)
    run.communicate(timeout=120)
    assert demo.left_over() == []
