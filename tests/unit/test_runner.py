"""The runner: steps of the tests' own, and real ones whose how change after they were planned."""

import json
import os
import re
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

from mores import runner
from mores.contents import content_digest, file_digest
from mores.engine import ordering
from mores.engine.adapter_store import adapters
from mores.engine.models import adapter_ref
from mores.engine.settings import Endpoint, Engine, Training
from mores.errors import InputError
from mores.evaluations.ask import answer_items
from mores.files import write_json, write_jsonl
from mores.method.adapters import train_adapter
from mores.method.norms import mine_topic_norms
from mores.provenance import fingerprint, versions
from mores.provenance.fingerprint import step_modules
from mores.provenance.records import journal_of, read_record, record_of, seconds_of
from mores.rows import Folder, read_json, read_jsonl
from mores.runner import Given, How, Job, make, read, spell, write
from mores.spec import Section
from mores.study.runtime import Runtime
from mores.study.settings import load_settings
from mores.study.specs import Specs
from mores.survey.importing import import_survey
from mores.survey.rows import split_country
from mores.telemetry import OFFLINE

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


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A working directory, and the environment put back."""
    monkeypatch.chdir(tmp_path)
    for name in OFFLINE:
        monkeypatch.setenv(name, os.environ.get(name, "0"))


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
    for kept in (fingerprint._tree, fingerprint._syntax, fingerprint.module_digests):
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


CELLS = [
    f"results/cells/values/a_method_of_quite_a_very_long_name_{method:02}/some-model-{model}/{country:03}.json"
    for method in range(20)
    for model in range(5)
    for country in range(18)
]


def test_many_paths_are_told_in_few_words_and_read_back():
    assert len(CELLS) == 1800
    assert len(json.dumps(CELLS)) > 1 << 17  # what the kernel takes as one argument
    how = How(inputs={"cells": spell(CELLS), "split": "results/split.tsv"}, outputs={})
    told = how.model_dump_json()
    assert len(told.encode()) < 1 << 12
    again = How.model_validate_json(told)
    assert again.paths("cells") == CELLS
    assert again.read == [*CELLS, "results/split.tsv"]


@pytest.mark.parametrize(
    "paths",
    [
        [],
        ["results/a.json"],
        CELLS[:8],
        CELLS[:-1],
        [*CELLS[:17], "results/other"],
        [*CELLS[:18], CELLS[0]],
        [f"results/{number}/{number}" for number in range(100)],
        [f"results/{n}" for n in range(9)] + [f"results/{n}/below" for n in range(9)],
    ],
    ids=["none", "one", "few", "one less", "another", "one twice", "pairs", "depths"],
)
def test_paths_that_are_few_or_no_product_stay_a_list(paths):
    assert spell(paths) == paths
    assert How(inputs={"a": spell(paths)}, outputs={}).paths("a") == paths


def test_paths_in_another_order_are_all_there():
    given = sorted(CELLS, key=lambda path: path.split("/")[::-1])
    found = How(inputs={"cells": spell(given)}, outputs={}).paths("cells")
    assert sorted(found) == sorted(given)


def test_one_path_stays_one():
    assert spell("results/a.json") == "results/a.json"
    assert spell(Path("results/a.json").parts) == ["results", "a.json"]
    assert How(inputs={"a": "results/a.json"}, outputs={}).paths("a") == ["results/a.json"]
    assert How(inputs={}, outputs={}).paths("absent") == []


# Real steps, in a project whose how change after they were planned.


@pytest.fixture
def project(tmp_path) -> Path:
    """What the demo's configuration names, with a stand-in for the model."""
    for name in ("resources/items", "resources/prompts", "config"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("countries.yaml", "neutral.txt", "demo/survey.json"):
        (tmp_path / "resources" / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "resources" / name, tmp_path / "resources" / name)
    (tmp_path / "resources/demo/model").mkdir()
    (tmp_path / "resources/demo/model/config.json").write_text("{}")
    return tmp_path


def specs(**overrides) -> Specs:
    return Specs(load_settings(["config/config.yaml"], overrides))


BANK = {"bank": "resources/items/demo.yaml"}
WORDING = BANK | {"prompts": "resources/prompts"}
SURVEY = {"survey": "resources/demo/survey.json"}
NORMS = "results/norms/topic/demo/XAV/high.jsonl"


def plan_norms(endpoint, **changed) -> Callable[[], list[dict]]:
    """Plan the step that asks for norms, and give what runs it; the endpoint plays the model."""
    endpoint.reply = lambda body: "1. One.\n2. Two.\n3. Three."
    spec = specs().mine_topic_norms("topic", "demo", "XAV").model_copy(update=changed)
    job = job_of(spec, "mine_topic_norms")
    served = Endpoint(url=endpoint.url, served_model="scripted")
    engine = Engine(launcher="endpoint", endpoints={"demo": served}, retries=0)

    def run() -> list[dict]:
        how = How(
            inputs={},
            files=WORDING,
            outputs={"output": NORMS},
            model="demo",
            runtime=Runtime(engine=engine),
        )
        make(mine_topic_norms, job, how)
        return read_jsonl(NORMS)

    return run


def test_a_step_asks_a_model_and_keeps_what_it_answered(project, endpoint):
    run = plan_norms(endpoint)
    rows = run()
    assert [row["norms"] for row in rows] == [["One.", "Two.", "Three."]] * 8
    kept = read_jsonl(journal_of(NORMS, "work"))
    assert {row["request"] for row in rows} == {row["key"] for row in kept}
    assert len(endpoint.bodies) == 8
    assert run() == rows
    assert len(endpoint.bodies) == 8  # the rest was in the journal
    assert read_record(NORMS)["installed"].keys() == set(versions.ANSWERS)


@pytest.mark.parametrize("changed", [{"protocol": 99}, {"packages": {"torch": ["9"]}}], ids=str)
def test_another_protocol_or_package_asks_anew(project, endpoint, changed):
    plan_norms(endpoint)()
    plan_norms(endpoint, **changed)()
    assert len(endpoint.bodies) == 2 * 8


def test_what_an_adapter_answers_is_told_by_its_weights(project):
    spec = specs().answer_items("values", "sft", "demo", "XAV")
    folder = adapter(Path("results/adapters/sft/demo/XAV"))
    to = {"outputs": {"output": "results/answers.jsonl"}, "model": "demo"}
    bare = Given(spec, How(inputs={}, files=WORDING, **to)).stage.ask
    tuned = Given(spec, How(inputs={"adapter": str(folder)}, files=WORDING, **to)).stage.ask
    assert (bare.adapter, bare.model) == (None, spec.model_digest)
    assert (tuned.adapter, tuned.model) == (adapter_ref(folder).digest, spec.model_digest)


def edit(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("resources/prompts/topic_norm.j2", "\n", "\n\n", "resources/prompts/topic_norm.j2"),
        ("resources/items/demo.yaml", "old customs", "customs", "resources/items/demo.yaml"),
        ("resources/demo/model/config.json", "{}", "{ }", "models: demo: resources/demo/model"),
    ],
)
def test_what_changes_after_planning_stops_a_job_by_its_name(
    project, endpoint, path, old, new, told
):
    run = plan_norms(endpoint)
    edit(path, old, new)
    with pytest.raises(InputError) as error:
        run()
    assert str(error.value).startswith(f"{told}: changed since this run was planned; run again")
    assert "\n" not in str(error.value)
    assert endpoint.bodies == []
    assert not Path(NORMS).exists() and not record_of(NORMS).exists()


def test_what_a_step_does_not_use_may_change(project, endpoint):
    run = plan_norms(endpoint)
    edit("resources/prompts/answer.j2", "\n", "\n\n")
    edit("resources/items/demo.yaml", "Do people agree", "Do most people agree")
    edit("resources/demo/survey.json", "0.", "0.0")
    Path("resources/demo/model/README.md").write_text("a card")
    os.utime("resources/demo/model/config.json", (1, 1))
    assert len(run()) == 8


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("resources/neutral.txt", "resources/neutral.txt"),
        ("resources/prompts/answer.j2", "resources/prompts/answer.j2"),
        ("resources/prompts/_question.j2", "resources/prompts/answer.j2"),  # which includes it
    ],
)
def test_a_text_that_has_changed_stops_those_who_answer(project, path, told):
    planned = specs(methods={"placid": {"norms": "topic", "control": "neutral"}}).answer_items(
        "values", "placid", "demo", "XAV"
    )
    write_jsonl(NORMS, [])
    files = WORDING | {"questions": BANK["bank"], "neutral": "resources/neutral.txt"}
    to = {"outputs": {"output": "results/answers.jsonl"}, "model": "demo"}
    how = How(inputs={"norms": NORMS}, files=files, **to)
    job = job_of(planned, "answer_items")
    edit(path, "\n", " \n")
    with pytest.raises(InputError, match=f"^{re.escape(told)}: changed since this run"):
        make(answer_items, job, how)


def test_a_survey_that_has_changed_stops_its_import_and_the_countrys_rows_alone(project):
    planned = specs()
    outputs = {"train": "results/train.jsonl", "test": "results/test.jsonl"}
    split = result("split.tsv", "item\ttopic\tpart\nCU01\tcustoms\ttrain\nCU02\tcustoms\ttest\n")
    how = How(inputs={"split": split}, files=SURVEY | BANK, outputs=outputs)
    rows = {code: job_of(planned.split_country(code), "split_country") for code in ("XAV", "XBO")}
    whole = job_of(planned.import_survey(), "import_survey")
    edit("resources/demo/survey.json", "0.", "0.0")  # the first share is Avethia's
    with pytest.raises(InputError, match=r"^resources/demo/survey\.json: changed since this run"):
        to = How(inputs={}, files=SURVEY | BANK, outputs={"output": "results/marginals.parquet"})
        make(import_survey, whole, to)
    with pytest.raises(InputError, match=r"^resources/demo/survey\.json: XAV: changed since this"):
        make(split_country, rows["XAV"], how)
    make(split_country, rows["XBO"], how)
    assert [row["item"] for row in read_jsonl("results/test.jsonl")] == ["CU02"]


def test_an_import_and_a_countrys_rows_are_made_from_the_same_marginals(project):
    planned = specs()
    to = How(inputs={}, files=SURVEY | BANK, outputs={"output": "results/marginals.parquet"})
    make(import_survey, job_of(planned.import_survey(), "import_survey"), to)
    marginals = read(Path("results/marginals.parquet"))
    spec = planned.split_country("XAV")
    given = Given(spec, How(inputs={}, files=SURVEY | BANK, outputs={}))
    assert given.imported.equals(marginals)


EXAMPLES = "results/examples/sft/demo/XAV/XAV.jsonl"
ROWS = [{"country": "XAV", "item": "CU01", "prompt": "a", "answer": "1"}]


def adapter(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("adapter_config.json", "adapter_model.safetensors", "probes.json"):
        (folder / name).write_text("{}")
    write_jsonl(folder / "training.jsonl", [{"loss": 1.5}, {"loss": 0.5}])
    return folder


def trainee(spec, runtime: Runtime | None = None, **inputs):
    """What is trained for a spec, as the runner tells the engine."""
    how = How(inputs=inputs, outputs={}, model="demo", runtime=runtime or Runtime())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "train_once", lambda trainee, *_: trainee)
        return Given(spec, how).trainer


def test_a_training_is_known_by_what_shapes_it_and_not_by_its_name(project, monkeypatch):
    same = {"objective": "sft", "data": "answers", "learning_rate": 0.005, "epochs": 12}
    same |= {"alpha": 32, "device_batch": 16}
    named = specs(tunings={"other": same}, models={"demo": {"resources": {"cpus": 3}}})
    spec = specs().train_adapter("sft", "demo", "XAV")
    key = trainee(spec).key(ROWS)
    renamed = named.train_adapter("other", "demo", "XBO")
    assert renamed.settings == spec.settings
    hurried = Runtime(training=Training(save_steps=1), engine=Engine(launcher="slurm"))
    assert trainee(renamed, hurried).key(ROWS) == key
    start = adapter(Path("results/adapters/sft/demo/XAV"))
    keys = {
        key,
        trainee(specs(tunings={"sft": {"epochs": 1}}).train_adapter("sft", "demo", "XAV")).key(
            ROWS
        ),
        trainee(spec.model_copy(update={"packages": {"trl": ["9"]}})).key(ROWS),
        trainee(spec, start=str(start)).key(ROWS),
    }
    (start / "adapter_model.safetensors").write_text("other weights")
    keys.add(trainee(spec, start=str(start)).key(ROWS))
    digests = runner.module_digests
    monkeypatch.setattr(
        runner, "module_digests", lambda *how: digests(*how) | {f"{how[0].name}": "changed"}
    )
    keys.add(trainee(spec).key(ROWS))
    assert len(keys) == 6
    assert "mores/method/objectives/sft.py" in trainee(spec).made_by["code"]


def test_an_adapter_that_was_trained_before_is_handed_over_with_its_card(project):
    spec = specs().train_adapter("sft", "demo", "XAV")
    kept = adapter(adapters(Path("work")) / trainee(spec).key(ROWS))
    write_json(kept.with_name(f"{kept.name}.json"), content_digest(kept))
    write_jsonl(EXAMPLES, ROWS)
    out = "results/adapters/sft/demo/XAV"
    how = How(inputs={"examples": [EXAMPLES]}, outputs={"output": out}, model="demo")
    make(train_adapter, job_of(spec, "train_adapter"), how)
    assert {path.name for path in Path(out).iterdir()} == {
        *(path.name for path in kept.iterdir()),
        *("README.md", "lesson.json"),
    }
    record = read_record(out)
    assert record["inputs"] == {EXAMPLES: content_digest(EXAMPLES)}
    assert "mores/method/objectives/sft.py" in record["modules"]
    assert record["output"] == content_digest(out)
