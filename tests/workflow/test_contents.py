"""The staleness matrix's third column: after an edit and a rerun, results equal a clean run's.

What a store keeps must be made anew where an edit would have made it otherwise; the counter-checks
take versions and code out of the stores' keys, and the column fails.
"""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import edits
import pytest

pytestmark = pytest.mark.long

ANSWERS = "results/answers/values/vanilla/demo/XAV.jsonl"
CELL = "results/cells/values/vanilla/demo/XAV.json"
ROWS = "results/survey/XBO/test.jsonl results/survey/marginals.parquet"
POOLED = "results/adapters/sft/demo/POOLED"
NO_THINK, SHUFFLED = (
    f"results/cells/values/{method}/demo/XAV.json" for method in ("no_think", "shuffled")
)
TARGETS = f"{CELL} {ROWS} {POOLED} {NO_THINK} {SHUFFLED}"  # what the study is run for here

# An edit, and results in which a store that believes too little would show.
REMADE = {
    edits.a_fix_in_the_importer: ROWS,
    edits.the_engine_s_version: CELL,
    edits.a_fix_in_the_client: CELL,
    edits.a_fix_in_the_reply_parser: CELL,
    edits.a_fix_in_the_chat_s_rendering: NO_THINK,
    edits.a_fix_in_what_objectives_share: POOLED,
    edits.topics_in_another_order: SHUFFLED,
    edits.countries_in_another_order: POOLED,
}


def rerun_and_clean(project, targets: str, tmp_path) -> tuple[dict, dict, set[str]]:
    """The results after a rerun of what is stale, those of a clean run, and what they should be."""
    before = project.contents()
    project.run(target=targets)
    clean = project.copy(tmp_path / "clean", results=False)
    clean.run(target=targets)
    made = clean.contents()
    rerun = {path: found for path, found in project.contents().items() if path in made}
    shutil.rmtree(clean.folder)
    return rerun, made, {path for path in made if before.get(path) != made[path]}


@pytest.mark.parametrize("edit", REMADE, ids=lambda edit: edit.__name__)
def test_after_a_rerun_contents_are_those_of_a_clean_run(project, tmp_path, edit):
    edit(project)
    rerun, clean, changed = rerun_and_clean(project, REMADE[edit], tmp_path)
    assert rerun == clean
    assert changed, "the edit changes nothing: this row cannot fail"


def test_a_parser_that_reads_replies_again_asks_nothing(project):
    edits.a_fix_in_the_reply_parser(project)
    asked = project.player.asked
    project.run(target=CELL)
    assert project.player.asked == asked


@pytest.mark.parametrize(
    ("module", "key", "believing", "edit"),
    [
        ("engine/generate.py", "                **self.made_by,\n", "", edits.the_engine_s_version),
        (
            *("engine/training.py", ", self.made_by]", "]"),
            edits.a_fix_in_what_objectives_share,
        ),
        (
            *("provenance/surveys.py", ", weights, made_by]", ", weights]"),
            edits.a_fix_in_the_importer,
        ),
    ],
    ids=["answers", "adapters", "survey"],
)
def test_a_store_that_believes_too_little_fails_the_matrix(
    made, tmp_path, module, key, believing, edit
):
    """The counter-check: without versions and code in its key, a store hands out the old bytes."""
    targets = REMADE[edit]
    project = made.copy(tmp_path / "believing")
    project.edit(f"workflow/scripts/mores/{module}", key, believing)
    shutil.rmtree(project.folder / "work")
    version = project.player.version
    project.run("--forceall", target=targets)
    edit(project)
    rerun, clean, _ = rerun_and_clean(project, targets, tmp_path)
    made.player.version = version
    assert rerun != clean


def test_a_template_edited_while_a_run_is_under_way_stops_the_jobs_that_read_it(made, tmp_path):
    """Specs are taken as a run begins; what is put back before it ends must leave no trace."""
    project = made.copy(tmp_path / "edited", results=False)
    template = Path("resources/prompts/answer.j2")
    whole = (project.folder / template).read_text()
    jobs = project.folder / "workflow/scripts/once_more.sh"
    jobs.write_text(f"#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.1; done\n{jobs.read_text()}")
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(project.snakemake, target=ANSWERS)
        deadline = time.monotonic() + 60
        while not list(project.folder.glob(".snakemake/log/*")) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(5)  # by now specs are taken: no job begins before it may
        (project.folder / template).write_text("Well: " + whole)
        (project.folder / "go").touch()
        done = run.result()
    assert done.returncode != 0
    assert f"{template}: changed since this run was planned" in done.stdout + done.stderr
    assert not (project.folder / ANSWERS).exists()
    (project.folder / template).write_text(whole)
    project.run(target=ANSWERS)
    assert project.contents()[ANSWERS] == made.contents()[ANSWERS]
