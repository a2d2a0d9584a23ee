"""What real steps are handed, in a project whose files change after they were planned."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mores import given
from mores.contents import content_digest
from mores.engine import ordering
from mores.engine.adapter_store import adapters
from mores.engine.models import adapter_ref
from mores.engine.settings import Endpoint, Engine, Training
from mores.errors import InputError
from mores.evaluations.ask import answer_items
from mores.files import write_json, write_jsonl, write_text
from mores.given import Given, read
from mores.job import How, Job
from mores.method.adapters import train_adapter
from mores.method.norms import mine_topic_norms
from mores.provenance import versions
from mores.provenance.records import journal_of, read_record, record_of
from mores.rows import read_jsonl
from mores.runner import make
from mores.study.runtime import Runtime
from mores.study.settings import load_settings
from mores.study.specs import Specs
from mores.survey.importing import import_survey
from mores.survey.rows import split_country

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, here) -> Path:
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
    job = Job.of("mine_topic_norms", spec)
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
    job = Job.of("answer_items", planned)
    edit(path, "\n", " \n")
    with pytest.raises(InputError, match=f"^{re.escape(told)}: changed since this run"):
        make(answer_items, job, how)


def test_a_survey_that_has_changed_stops_its_import_and_the_countrys_rows_alone(project):
    planned = specs()
    outputs = {"train": "results/train.jsonl", "test": "results/test.jsonl"}
    parts = "item\ttopic\tpart\nCU01\tcustoms\ttrain\nCU02\tcustoms\ttest\n"
    write_text("results/split.tsv", parts)
    how = How(inputs={"split": "results/split.tsv"}, files=SURVEY | BANK, outputs=outputs)
    rows = {code: Job.of("split_country", planned.split_country(code)) for code in ("XAV", "XBO")}
    whole = Job.of("import_survey", planned.import_survey())
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
    make(import_survey, Job.of("import_survey", planned.import_survey()), to)
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
    digests = given.module_digests
    monkeypatch.setattr(
        given, "module_digests", lambda *how: digests(*how) | {f"{how[0].name}": "changed"}
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
    make(train_adapter, Job.of("train_adapter", spec), how)
    assert {path.name for path in Path(out).iterdir()} == {
        *(path.name for path in kept.iterdir()),
        *("README.md", "lesson.json"),
    }
    record = read_record(out)
    assert record["inputs"] == {EXAMPLES: content_digest(EXAMPLES)}
    assert "mores/method/objectives/sft.py" in record["modules"]
    assert record["output"] == content_digest(out)
