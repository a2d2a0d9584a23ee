"""What goes wrong, for real, and that a rerun then finishes with no answer asked for twice.

Runs ask an HTTP endpoint of the test's own, which counts; each test has a country for itself. An
answer is told by its request's seed.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

ITEMS = 96
IN_FLIGHT = 4
EARLY = 40  # requests answered before the trouble begins, where it does not begin at once


class Study:
    """One country's answers, asked of an endpoint."""

    def __init__(self, checkout, endpoint, country: str):
        self.checkout, self.endpoint = checkout, endpoint
        self.sheet = f"results/answers/values/vanilla/demo/{country}.jsonl"
        self.journal = f"work/journal/answers/values/vanilla/demo/{country}.jsonl"
        self.log = checkout.folder / f"logs/answer_items/values/vanilla/demo/{country}.log"
        self.patience = 60  # seconds until a request is given up

    @property
    def config(self) -> tuple[str, ...]:
        served = f"{{demo: {{url: '{self.endpoint.url}', served_model: demo}}}}"
        engine = f"engine={{launcher: endpoint, endpoints: {served}, concurrency: {IN_FLIGHT}"
        engine += f", retries: 2, request_timeout: {self.patience}}}"
        return ("--config", engine, "answers={samples: 1}", "methods=vanilla")

    def start(self, *arguments: str) -> subprocess.Popen:
        return self.checkout.start(*self.config, *arguments, "--", self.sheet)

    def fail(self, *arguments: str) -> str:
        """Run to an end that must be a bad one; what was told. Nothing stands half-written."""
        process = self.start(*arguments)
        told, _ = process.communicate(timeout=120)
        assert process.returncode != 0, told[-3000:]
        assert not (self.checkout.folder / self.sheet).exists()
        return told

    def finish(self, *arguments: str) -> None:
        self.checkout.run(*self.config, *arguments, "--", self.sheet)
        assert self.checkout.lines(self.sheet) == ITEMS

    def asked(self) -> Counter:
        """How often each answer was asked for."""
        return Counter(body["seed"] for body in self.endpoint.bodies)

    def kept(self) -> int:
        return self.checkout.lines(self.journal)

    def start_and_hold(self) -> tuple[subprocess.Popen, threading.Event]:
        """A run in the midst of its work, which goes on when the event is set."""
        go_on = threading.Event()
        self.endpoint.reply = lambda body: "1" if self.early(body) or go_on.wait(60) else 500
        run = self.start()
        self.wait_until_asked(EARLY + IN_FLIGHT)
        return run, go_on

    def wait_until_asked(self, count: int) -> None:
        self.checkout.wait_until(lambda: len(self.endpoint.bodies) == count)

    def kill(self) -> None:
        """Kill the job itself, not the shell that it was started from."""
        processes = self.checkout.processes("answer_items.py")
        (job,) = [one for one in processes if one.name().startswith("python")]
        job.kill()

    def early(self, body: dict) -> bool:
        return self.endpoint.bodies.index(body) < EARLY

    def check_journal(self) -> None:
        """Every answer is kept, and none twice."""
        keys = [row["key"] for row in self.checkout.rows(self.journal)]
        assert len(keys) == len(set(keys)) == ITEMS

    def forget(self) -> None:
        """Be as if nothing had been asked; what killed jobs said of their progress is gone too."""
        for path in (self.sheet, self.journal):
            (self.checkout.folder / path).unlink(missing_ok=True)
        for path in (self.checkout.folder / "work/progress").glob("*"):
            path.unlink()


@pytest.fixture
def study(checkout, endpoint, request) -> Study:
    return Study(checkout, endpoint, request.param)


def of(country: str):
    """A test's own country."""
    return pytest.mark.parametrize("study", [country], indirect=True)


@of("XAV")
def test_an_endpoint_in_passing_trouble(study):
    tries = Counter()
    troubles = [429, 500, b"<html>gateway</html>", "hang"]

    def reply(body):
        tries[body["seed"]] += 1
        trouble = troubles[body["seed"] % len(troubles)]
        if tries[body["seed"]] > 1 or len(tries) > 20:
            return "1"
        return time.sleep(1.5) or "1" if trouble == "hang" else trouble

    study.endpoint.reply, study.patience = reply, 1
    study.finish()
    assert len(study.asked()) == study.kept() == ITEMS


@of("XBO")
def test_an_endpoint_that_stays_in_trouble_is_named_and_then_asked_for_the_rest(study):
    study.endpoint.reply = lambda body: "1" if study.early(body) else 500
    study.fail()
    assert re.search(
        rf"ERROR a request failed 3 times, at last: HTTP 500.*{study.endpoint.url}.*run again",
        study.log.read_text(),
    )
    kept = study.kept()
    assert kept == EARLY
    study.endpoint.bodies.clear()
    study.endpoint.reply = lambda body: "1"
    study.finish()
    assert set(study.asked().values()) == {1}
    assert len(study.endpoint.bodies) == ITEMS - kept


@of("XDU")
def test_killed_snakemake_leaves_a_lock_and_a_job_that_the_next_run_waits_for(study):
    run, go_on = study.start_and_hold()
    run.kill()
    run.wait()
    assert "--unlock" in study.fail()
    study.checkout.run(*study.config, "--unlock")
    again = study.start()
    waits = "another process writes this journal; waiting for its end"
    study.checkout.wait_until(lambda: study.log.exists() and waits in study.log.read_text())
    go_on.set()
    assert again.wait(60) == 0
    assert study.checkout.lines(study.sheet) == ITEMS
    assert set(study.asked().values()) == {1}


@of("XDU")
def test_two_runs_at_once_do_not_meet(study):
    study.forget()
    first, go_on = study.start_and_hold()
    assert "cannot be locked" in study.fail()
    go_on.set()
    told, _ = first.communicate(timeout=60)
    assert first.returncode == 0, told[-3000:]
    assert set(study.asked().values()) == {1}


@of("XKI")
def test_a_full_disk_under_the_journal(study, small_disk):
    with small_disk(study.checkout.folder / "work/journal/answers", "8k") as change:
        study.fail()
        line = rf"ERROR {study.journal}: No space left on device; .* free some space and run again"
        assert re.search(line, study.log.read_text())
        kept = study.kept()
        assert 10 < kept < ITEMS
        study.endpoint.bodies.clear()
        change("size=1m")
        study.finish()
        assert len(study.endpoint.bodies) == ITEMS - kept


@of("XLE")
def test_a_full_disk_and_a_read_only_one_under_the_results(study, small_disk):
    with small_disk(study.checkout.folder / "results/answers/values/vanilla/demo", "8k") as change:
        study.fail()
        line = rf"ERROR {study.sheet}: No space left on device; .* free some space and run again"
        assert re.search(line, study.log.read_text())
        assert study.kept() == len(study.endpoint.bodies) == ITEMS

        (study.checkout.folder / study.journal).unlink()
        change("ro")
        assert re.search(r"Read-only file system: '.*XLE\.jsonl'", study.fail())
        assert len(study.endpoint.bodies) == ITEMS  # told before anything was asked

        change("rw,size=1m")
        study.finish()
        assert len(study.endpoint.bodies) == 2 * ITEMS


@of("XMO")
def test_a_job_killed_twice_fails_and_a_rerun_repeats_only_what_was_in_flight(study):
    run, go_on = study.start_and_hold()
    study.kill()
    study.wait_until_asked(EARLY + 2 * IN_FLIGHT)
    study.kill()
    told, _ = run.communicate(timeout=60)
    assert run.returncode != 0
    assert told.count("ended by signal 9; what was done so far is kept: once more") == 1
    assert not (study.checkout.folder / study.sheet).exists()
    go_on.set()
    study.finish()
    assert len(study.endpoint.bodies) == ITEMS + 2 * IN_FLIGHT
    study.check_journal()


@of("XMO")
def test_a_job_killed_once_goes_on_by_itself(study):
    study.forget()
    run, go_on = study.start_and_hold()
    study.kill()
    study.wait_until_asked(EARLY + 2 * IN_FLIGHT)
    go_on.set()
    told, _ = run.communicate(timeout=60)
    assert run.returncode == 0, told[-3000:]
    assert "ended by signal 9" in told
    assert study.checkout.lines(study.sheet) == ITEMS
    assert len(study.endpoint.bodies) == ITEMS + IN_FLIGHT
    study.check_journal()


@of("XMO")
def test_sigterm_ends_a_job_in_order_and_in_time(study):
    study.forget()
    run, go_on = study.start_and_hold()
    start = time.monotonic()
    for process in study.checkout.processes("answer_items.py"):  # its shell too, as SLURM does
        process.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert run.returncode != 0
    assert time.monotonic() - start < 10
    assert (
        "ERROR stopped by SIGTERM; what was done so far is kept: run again" in study.log.read_text()
    )
    assert (study.checkout.folder / study.journal).read_bytes().endswith(b"\n")
    go_on.set()
    study.finish()
    assert len(study.endpoint.bodies) == ITEMS + IN_FLIGHT


ENDINGS = {
    "Ctrl-C twice": ("group", [signal.SIGINT, signal.SIGINT]),
    "the terminal closes": ("group", [signal.SIGHUP]),
    "Ctrl-backslash": ("group", [signal.SIGQUIT]),
    "Snakemake alone is told by SIGINT": ("snakemake", [signal.SIGINT]),
    "Snakemake alone is told by SIGHUP": ("snakemake", [signal.SIGHUP]),
    "Snakemake alone is told twice by SIGTERM": ("snakemake", [signal.SIGTERM, signal.SIGTERM]),
}


HARDEST, *OTHERS = ENDINGS


@of("XMO")
@pytest.mark.parametrize(
    "ending", [HARDEST, *(pytest.param(name, marks=pytest.mark.long) for name in OTHERS)]
)
def test_however_a_run_ends_nothing_of_it_is_left_and_a_rerun_goes_on(study, ending):
    """The endpoint does not answer any more, so that no job ends by itself."""
    whom, numbers = ENDINGS[ending]
    study.forget()
    run, go_on = study.start_and_hold()
    for number in numbers:
        (os.killpg if whom == "group" else os.kill)(run.pid, number)
        time.sleep(0.1)
    told, _ = run.communicate(timeout=30)
    assert study.checkout.left_over(30) == []
    assert run.returncode != 0
    assert "Traceback" not in told + study.log.read_text()
    for folder in (".snakemake/locks", "work/progress"):
        assert list((study.checkout.folder / folder).glob("*")) == []
    go_on.set()
    study.finish()
    assert len(study.endpoint.bodies) == ITEMS + IN_FLIGHT
    study.check_journal()


@of("XMO")
def test_a_traceback_of_the_very_beginning_is_in_the_rules_log(study, tmp_path):
    """A package that cannot be imported, as where an environment is half installed."""
    study.forget()
    (tmp_path / "pydantic.py").write_text("raise ImportError('half installed')")
    broken = {"PYTHONPATH": str(tmp_path)}
    line = f"sh {study.checkout.folder}/workflow/scripts/once_more.sh"
    script = f"{study.checkout.folder}/workflow/scripts/answer_items.py"
    command = f"{line} {study.log} {sys.executable} {script} --job x --how x --log {study.log}"
    job = subprocess.run(command.split(), env=os.environ | broken, capture_output=True, text=True)
    assert job.returncode == 1
    assert "ImportError: half installed" in study.log.read_text()


@of("XMO")
def test_a_torn_and_a_corrupt_line_of_a_journal_are_asked_again_alone(study):
    study.finish()
    study.endpoint.bodies.clear()
    journal = study.checkout.folder / study.journal
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[10] = lines[10][:90] + b"\n"
    lines[-1] = lines[-1][:50]
    journal.write_bytes(b"".join(lines))
    study.finish("--forcerun", "answer_items")
    log = study.log.read_text()
    assert "1 lines do not parse; asking those again" in log
    assert "dropped a torn last line" in log
    assert len(study.endpoint.bodies) == 2
