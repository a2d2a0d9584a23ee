"""The runner, with steps of the tests' own; real ones are in test_given.py."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import Field

from mores.contents import content_digest, file_digest
from mores.errors import InputError
from mores.given import read
from mores.job import How, Job, spell
from mores.provenance import fingerprint, versions
from mores.provenance.fingerprint import step_modules
from mores.provenance.records import read_record, record_of, seconds_of
from mores.rows import Folder, read_json, read_jsonl
from mores.runner import make, write
from mores.spec import Section

pytestmark = pytest.mark.usefixtures("here")

ROOT = Path(__file__).parents[2]
SCRIPT = '''
"""Add up."""

from mores.method.adding import add
from mores.runner import run

if __name__ == "__main__":
    run(add)
'''
STEP = """
from pathlib import Path

from mores.errors import InputError
from mores.spec import Section


class Adding(Section):
    times: int
    own: str
    packages: dict[str, list[str]] = {}


def add(spec: Adding, rows: list[dict], own: Path) -> list[dict]:
    if spec.times < 0:
        raise InputError("times: below nothing; raise it")
    return [{"sum": spec.times * row["n"], "own": own.read_text()} for row in rows]
"""


class Adding(Section):
    """As the step's script in `scripts` has it."""

    times: int = 1
    own: str = ""
    packages: dict[str, list[str]] = Field(default_factory=dict)


@pytest.fixture
def scripts(tmp_path, monkeypatch) -> Path:
    """A folder of scripts with one for a rule of the tests' own: `adding`."""
    folder = tmp_path / "scripts"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "workflow/scripts/mores", folder / "mores", ignore=ignored)
    (folder / "adding.py").write_text(SCRIPT)
    (folder / "mores/method/adding.py").write_text(STEP)
    monkeypatch.setattr(fingerprint, "SCRIPTS", folder)
    monkeypatch.setattr(fingerprint, "ROWS", folder / "mores/rows.py")
    return folder


def job_of(spec: Section, rule: str = "adding") -> Job:
    """A job as it is planned."""
    return Job.of(rule, spec)


def made(
    step: Callable, inputs: dict, output: str | dict, spec: Section | None = None, files=()
) -> Any:
    """What a step of the rule `adding` is made to write."""
    outputs = output if isinstance(output, dict) else {"output": output}
    make(step, job_of(spec or Adding()), How(inputs=inputs, outputs=outputs, files=files or {}))
    return [read(Path(path)) for path in outputs.values()]


def result(name: str, content: Any) -> str:
    """A result that holds this."""
    path = Path("results", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, content)
    return str(path)


FRAME = pl.DataFrame({"country": ["XAV"], "share": [0.5]})
CONTENTS = {
    "a.jsonl": [{"n": 1}],
    "b.json": {"n": [2]},
    "c.parquet": FRAME,
    "d.tsv": "item\tpart\n",
}


def test_a_step_is_handed_the_contents_of_its_inputs_by_name(scripts):
    paths = {name: result(name, content) for name, content in CONTENTS.items()}
    folder = Path("results/folder")
    folder.mkdir()
    seen = []

    def step(spec: Adding, rows, value, frame, text, folder, several, none, absent):
        seen.append((rows, value, text, folder, several, none, absent))
        assert frame.equals(FRAME)
        return "done"

    inputs = dict(zip(("rows", "value", "frame", "text"), paths.values(), strict=True))
    several = [paths["a.jsonl"], paths["b.json"]]
    made(step, inputs | {"folder": str(folder), "several": several, "none": []}, "results/out.txt")
    both = [[{"n": 1}], {"n": [2]}]
    assert seen == [([{"n": 1}], {"n": [2]}, "item\tpart\n", folder, both, None, None)]


def test_a_long_list_is_handed_over_in_its_order(scripts):
    paths = [result(f"{a}/{b}.json", f"{a}{b}") for a in "xyz" for b in "abcd"]

    def step(spec: Adding, several):
        return several

    assert isinstance(spell(paths)[0], list)
    (found,) = made(step, {"several": spell(paths)}, "results/out.json")
    assert found == [f"{a}{b}" for a in "xyz" for b in "abcd"]


def test_a_users_file_is_handed_over_as_a_path_and_checked(scripts):
    Path("own.txt").write_text("mine")

    def step(spec: Adding, own):
        return own.read_text()

    spec = Adding(own=file_digest("own.txt"))
    files = {"own": "own.txt"}
    assert made(step, {}, "results/out.txt", spec, files) == ["mine"]
    Path("own.txt").write_text("other")
    with pytest.raises(InputError, match=r"^own\.txt: changed since this run was planned"):
        made(step, {}, "results/out.txt", spec, files)


@pytest.mark.parametrize("name", [*CONTENTS, "new/folder/e.txt"])
def test_what_a_step_returns_is_written_whole(scripts, name):
    content = CONTENTS.get(name, "a text")

    def step(spec: Adding):
        return content

    (found,) = made(step, {}, f"results/{name}")
    assert found.equals(FRAME) if name == "c.parquet" else found == content
    assert [path.name for path in Path("results", name).parent.glob(".*")] == []


def test_a_step_may_return_a_folder_with_texts_of_its_own(scripts):
    Path("store/below").mkdir(parents=True)
    Path("store/below/weights").write_text("w")
    Path("store/README.md").write_text("old")

    def step(spec: Adding):
        return Folder(Path("store"), {"README.md": "a card", "lesson.json": "{}"})

    Path("results/out").mkdir(parents=True)
    Path("results/out/left").touch()  # what stood there goes
    made(step, {}, "results/out")
    found = {
        str(path.relative_to("results/out")): path.read_text()
        for path in Path("results/out").rglob("*")
        if path.is_file()
    }
    assert found == {"below/weights": "w", "README.md": "a card", "lesson.json": "{}"}
    assert Path("store/README.md").read_text() == "old"


def test_several_outputs_are_told_apart_by_name_and_each_recorded(scripts):
    def step(spec: Adding):
        return {"train": [{"n": 1}], "test": [{"n": 2}]}

    outputs = {"test": "results/test.jsonl", "train": "results/train.jsonl"}
    assert made(step, {}, outputs) == [[{"n": 2}], [{"n": 1}]]
    for path in outputs.values():
        assert read_record(path)["output"] == content_digest(path)


def test_a_record_tells_what_made_a_result(scripts):
    first, second = result("a.jsonl", [{"n": 1}]), result("b.json", {})
    folder = result("folder/adapter_config.json", {}).rpartition("/")[0]
    Path("own.txt").write_text("mine")

    def step(spec: Adding, rows, more, own):
        time.sleep(0.06)
        return "done"

    packages = {"polars": ["1.0"], "vllm": ["0.1"], "no-such-package": ["2", "3"]}
    spec = Adding(times=3, own=file_digest("own.txt"), packages=packages)
    inputs = {"rows": first, "more": [second, folder]}
    made(step, inputs, "results/out.txt", spec, {"own": "own.txt"})
    record = read_record("results/out.txt")
    assert record["rule"] == "adding"
    assert record["spec"] == spec.model_dump()
    assert record["modules"] == step_modules("adding")
    assert {"adding.py", "mores/method/adding.py"} <= record["modules"].keys()
    assert record["inputs"] == {path: content_digest(path) for path in (first, second, folder)}
    assert list(record["inputs"]) == [first, second, folder]
    assert record["output"] == content_digest("results/out.txt")
    assert record["installed"] == versions.installed(packages)
    assert record["installed"]["polars"] == pl.__version__
    assert record["installed"]["no-such-package"] is None
    assert read_json(seconds_of("results/out.txt")) >= 0.1


def test_the_same_work_makes_the_same_record_whatever_time_it_takes(scripts):
    def step(spec: Adding):
        time.sleep(pauses.pop())
        return "done"

    pauses, records, took = [0.2, 0.0], [], []
    for _ in range(2):
        made(step, {}, "results/out.txt")
        records.append(record_of("results/out.txt").read_bytes())
        took.append(read_json(seconds_of("results/out.txt")))
    assert records[0] == records[1] and took[0] < took[1]


def test_code_that_has_changed_stops_a_job_before_its_step(scripts):
    job = job_of(Adding())
    (scripts / "mores/method/adding.py").write_text(STEP.replace("spec.times *", "2 *"))
    for kept in (fingerprint._facts, fingerprint.module_digests):
        kept.cache_clear()
    told = r"^workflow/scripts/adding\.py, or what it imports: changed since this run was planned;"
    with pytest.raises(InputError, match=told):
        make(pytest.fail, job, How(inputs={}, outputs={"output": "results/out.txt"}))
    assert not Path("results").exists()


def test_a_step_that_fails_leaves_no_result_and_no_record(scripts):
    def fail(spec: Adding):
        raise RuntimeError("half way")

    def odd(spec: Adding):
        return [{"n": 1}, {"n": object()}]

    for step, error in ((fail, RuntimeError), (odd, TypeError)):
        with pytest.raises(error):
            made(step, {}, "results/below/out.jsonl")
        assert list(Path("results/below").iterdir()) == []
        assert not record_of("results/below/out.jsonl").exists()


def test_a_step_that_fails_leaves_what_was_there(scripts):
    def step(spec: Adding):
        return "before" if spec.times == 1 else pytest.fail("later")

    made(step, {}, "results/out.txt")
    record = read_record("results/out.txt")
    with pytest.raises(pytest.fail.Exception):
        made(step, {}, "results/out.txt", Adding(times=2))
    assert Path("results/out.txt").read_text() == "before"
    assert read_record("results/out.txt") == record


def test_a_place_that_takes_nothing_is_told_before_the_step(scripts, small_disk):
    def step(spec: Adding):
        pytest.fail("asked")

    with small_disk(Path("results").absolute(), "8k"):
        Path("results/filler").write_bytes(bytes(8192))
        with pytest.raises(OSError, match="No space left on device: 'results/below'"):
            made(step, {}, "results/below/out.txt")


def test_a_spec_that_a_step_does_not_know_is_refused(scripts):
    def step(spec: Adding):
        pytest.fail("run")

    job = job_of(Adding()).model_copy(update={"spec": {"time": 1}})
    with pytest.raises(ValueError, match="time"):
        make(step, job, How(inputs={}, outputs={"output": "results/out.txt"}))


def call(scripts: Path, job: Job, how: How, *arguments: str):
    """Run the script as the workflow does."""
    command = [sys.executable, str(scripts / "adding.py"), "--log", "logs/a/job.log", *arguments]
    command += ["--job", job.model_dump_json(), "--how", how.model_dump_json()]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_script_runs_its_step_as_its_command_line_says(scripts):
    Path("own.txt").write_text("mine")
    inputs = {"rows": result("a.jsonl", [{"n": 1}, {"n": 2}])}
    how = How(inputs=inputs, outputs={"output": "results/out.jsonl"}, files={"own": "own.txt"})
    spec = Adding(times=3, own=file_digest("own.txt"))
    done = call(scripts, job_of(spec), how)
    assert done.returncode == 0, done.stderr
    assert read_jsonl("results/out.jsonl") == [{"sum": n, "own": "mine"} for n in (3, 6)]
    assert read_record("results/out.jsonl")["modules"] == step_modules("adding")


def test_a_script_ends_in_one_line_that_tells_what_to_mend(scripts):
    Path("own.txt").write_text("mine")
    inputs = {"rows": result("a.jsonl", [{"n": 1}])}
    how = How(inputs=inputs, outputs={"output": "results/out.jsonl"}, files={"own": "own.txt"})
    job = job_of(Adding(own=file_digest("own.txt")))
    below = job.model_copy(update={"spec": job.spec | {"times": -1}})
    for planned, told in (
        (job.model_copy(update={"code": "other"}), "what it imports: changed since this run was"),
        (below, "times: below nothing; raise it"),
    ):
        done = call(scripts, planned, how)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert told in line and "ERROR" in line
        assert told in Path("logs/a/job.log").read_text()
        assert not Path("results/out.jsonl").exists()
