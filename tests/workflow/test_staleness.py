"""The staleness matrix: an edit, and the exact jobs that must run again for it.

Two columns here: what Snakemake *plans*, and what the *audit* finds once `.snakemake/` is lost.
The third, *contents* after a rerun, is tests/workflow/test_contents.py. The default suite has a row
of each sort; `-m "long or not long"` has all.
"""

import shutil
from collections.abc import Callable

import pytest
from consequences import preferred, with_tables
from edits import EDITS, NOTHING, QUICK, beta

ROWS = [
    pytest.param(edit, id=edit.__name__, marks=() if edit in QUICK else pytest.mark.long)
    for edit in EDITS
]


@pytest.mark.parametrize("edit", ROWS)
def test_an_edit_makes_exactly_this_stale(project, edit: Callable[..., set[str]]):
    expected = with_tables(edit(project))
    jobs = {job.name: job for job in project.jobs()}
    assert set(jobs) == expected, {
        "too many": set(jobs) - expected,
        "too few": expected - set(jobs),
    }
    shutil.rmtree(".snakemake")
    assert project.audited() == {path for job in jobs.values() for path in job.outputs}


def test_how_the_work_is_done_makes_nothing_stale(project):
    for edit in NOTHING:
        assert edit(project) == set()
    assert [job.name for job in project.jobs()] == []
    shutil.rmtree(".snakemake")
    assert project.audited() == set()


def test_a_rule_whose_job_says_nothing_fails_the_matrix(project):
    """The counter-check of the plan: break a rule's param, and the edit goes unseen."""
    project.edit("workflow/rules/common.smk", '"job": job', '"job": "{{}}"')
    assert project.snakemake("--touch", "--forceall").returncode == 0
    expected = with_tables(beta(project))
    assert expected - {job.name for job in project.jobs()} == with_tables(preferred())


def test_an_untouched_run_is_fresh_and_holds_no_garbage(project):
    assert project.audited() == set()
    assert "can be freed" in project.run("gc", target="")
    assert (project.folder / "work/garbage.json").read_text().strip() == "{}"
    assert project.jobs() == []
