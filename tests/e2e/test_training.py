"""Training for real, on CPU: killed and resumed, it ends in the same weights."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import jobs
import psutil
import pytest
from safetensors.torch import load_file

from mores.contents import content_digest
from mores.demo.language import low_norm
from mores.engine.models import model_ref
from mores.engine.ordering import train_once
from mores.engine.settings import Engine, Model, Resources, Training
from mores.engine.training import Ordered, Trainee
from mores.files import write_json, write_jsonl
from mores.job import How
from mores.method.chat import END_THINKING
from mores.method.countries import load_countries
from mores.method.items import load_bank
from mores.method.models import ModelSpec
from mores.method.objectives import dpo, sft
from mores.method.objectives.common import module_of
from mores.method.prompts import Prompts
from mores.method.stage import Wording
from mores.process import pythonpath
from mores.rows import read_jsonl
from mores.study.runtime import Runtime

ROOT = Path(__file__).parents[2]
MODEL = {"path": str(ROOT / "resources/demo/model"), "dtype": "float32"}
SFT = {"objective": "sft", "data": "traces", "learning_rate": 0.005, "epochs": 6, "alpha": 32}
DPO = {"objective": "dpo", "start": "cnca_sft", "learning_rate": 0.001, "epochs": 4}
SETTINGS = {"sft": SFT | {"batch_size": 8}, "dpo": DPO | {"batch_size": 8}}
RUNTIME = Runtime(training=Training(save_steps=5), engine=Engine(idle_timeout=3))
ADAPTER = "results/adapters/tuned/demo/XAV"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Examples of what the demo model would reason, and an adapter trained on them at a stretch."""
    folder = tmp_path_factory.mktemp("training")
    bank = load_bank(ROOT / "resources/items/demo.yaml")
    countries = load_countries(ROOT / "resources/countries.yaml")
    wording = Wording(bank, Prompts(ROOT / "resources/prompts"), countries["XAV"])
    traces, rejected = [], []
    for item in list(bank.items.values())[::4]:
        title, texts = bank.topics[item.topic], {}
        for level, code in ((3, item.codes[0]), (0, item.codes[-1])):
            thinking = low_norm(title, level, 0, item.text(code))
            texts[code] = f"{thinking}{END_THINKING}{code}"
        row = {"item": item.id, "request": ""}
        traces.append(row | {"verdict": "right", "text": texts[item.codes[0]]})
        rejected.append(row | {"verdict": "wrong", "text": texts[item.codes[-1]]})
    write_jsonl(folder / "sft.jsonl", sft.examples(wording, traces=traces))
    write_jsonl(folder / "dpo.jsonl", dpo.examples(wording, traces, rejected))
    finish(start(folder, "sft-whole"))
    return folder


def start(folder: Path, name: str, objective: str = "sft") -> subprocess.Popen:
    """Start a training job in a working directory of its own."""
    home = folder / name
    examples, before = f"results/examples/{objective}.jsonl", "results/adapters/start"
    if not (home / examples).exists():
        (home / examples).parent.mkdir(parents=True)
        shutil.copy(folder / f"{objective}.jsonl", home / examples)
        if objective == "dpo":
            shutil.copytree(folder / "sft-whole" / ADAPTER, home / before)
    inputs = {"examples": [examples], "start": before if objective == "dpo" else []}
    how = How(inputs=inputs, outputs={"output": ADAPTER}, model="demo", runtime=RUNTIME)
    spec = jobs.training(SETTINGS[objective], MODEL, home)
    line = jobs.command("train_adapter", spec, how, log="train.log")
    return jobs.start(home, line, OMP_NUM_THREADS="1")


def kill(job: subprocess.Popen, home: Path) -> None:
    """End the job, its trainer and the training at once, as a loss of power does."""
    job.send_signal(signal.SIGKILL)
    job.communicate()
    for process in jobs.trainers(home):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(jobs.trainers(home), timeout=20)


def finish(job: subprocess.Popen) -> str:
    told, _ = job.communicate(timeout=200)
    assert job.returncode == 0, told[-3000:]
    return told


@pytest.mark.parametrize("objective", ["sft", pytest.param("dpo", marks=pytest.mark.long)])
def test_killed_training_goes_on_to_the_same_weights(folder, objective):
    """DPO starts from the adapter of SFT."""
    names = (f"{objective}-whole", f"{objective}-killed")
    if objective == "dpo":
        finish(start(folder, names[0], objective))
    job = start(folder, names[1], objective)
    home = folder / names[1]
    deadline = time.monotonic() + 120
    while not list(home.glob("work/checkpoints/*/checkpoint-10/trainer_state.json")):
        assert time.monotonic() < deadline and job.poll() is None
        time.sleep(0.02)
    kill(job, home)
    assert not (home / ADAPTER).exists()
    checkpoints = next(home.glob("work/checkpoints/*"))
    for number in (97, 98, 99):  # as kills and full disks in the midst of saving leave them
        (checkpoints / f"checkpoint-{number}").mkdir()
    (checkpoints / "checkpoint-97/trainer_state.json").write_text('{"best')
    (checkpoints / "checkpoint-98/trainer_state.json").touch()

    finish(start(folder, names[1], objective))
    assert "going on from" in (home / "train.log").read_text()
    whole, resumed = (
        load_file(folder / name / ADAPTER / "adapter_model.safetensors") for name in names
    )
    assert whole.keys() == resumed.keys()
    assert max((whole[name] - resumed[name]).abs().max().item() for name in whole) < 1e-6
    logs = [(folder / name / ADAPTER / "training.jsonl").read_text() for name in names]
    losses = [[json.loads(line)["loss"] for line in log.splitlines()] for log in logs]
    assert losses[0] == losses[1]
    assert logs[0] == logs[1]
    assert len(losses[0]) > 10
    configs = [(folder / name / ADAPTER / "adapter_config.json").read_bytes() for name in names]
    assert configs[0] == configs[1]  # in the same order, or the adapters' digests differ
    assert not list(home.glob("work/checkpoints/*"))


def test_sigterm_saves_the_step_it_is_at_and_training_goes_on_to_the_same_weights(folder):
    """As SLURM sends it, some seconds before SIGKILL; checkpoints are 5 steps apart."""
    job = start(folder, "sft-told")
    home = folder / "sft-told"
    deadline = time.monotonic() + 120
    while not list(home.glob("work/checkpoints/*/checkpoint-5/trainer_state.json")):
        assert time.monotonic() < deadline and job.poll() is None
        time.sleep(0.02)
    job.send_signal(signal.SIGTERM)
    told, _ = job.communicate(timeout=20)
    assert job.returncode == 128 + signal.SIGTERM, told[-3000:]
    step = re.search(r"told to end: saving step (\d+)", (home / "train.log").read_text())[1]
    assert "stopped by SIGTERM; what was done so far is kept" in told
    assert not (home / ADAPTER).exists()

    finish(start(folder, "sft-told"))
    assert f"checkpoint-{step}\n" in (home / "train.log").read_text()
    whole, resumed = (
        load_file(folder / name / ADAPTER / "adapter_model.safetensors")
        for name in ("sft-whole", "sft-told")
    )
    assert max((whole[name] - resumed[name]).abs().max().item() for name in whole) < 1e-6


def wait_for(job: subprocess.Popen, home: Path, step: int) -> list[psutil.Process]:
    """The trainer and its child, once the training has saved a step."""
    deadline = time.monotonic() + 120
    while not list(home.glob(f"work/checkpoints/*/checkpoint-{step}.json")):
        assert time.monotonic() < deadline and job.poll() is None
        time.sleep(0.02)
    return sorted(jobs.trainers(home), key=lambda one: one.create_time())


def check_nothing_is_left(home: Path) -> None:
    """Idle trainers end by themselves, and no order is left to be seen to."""
    deadline = time.monotonic() + 60
    while jobs.trainers(home):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert not list(home.glob("work/engine/*/*.orders/*"))
    assert not list(home.glob("work/engine/*/*.leases/*"))


@pytest.mark.parametrize("whose", [pytest.param("trainer", marks=pytest.mark.long), "child"])
def test_a_killed_trainer_is_replaced_and_goes_on_to_the_same_bytes(folder, whose):
    home = folder / f"sft-without-{whose}"
    job = start(folder, home.name)
    trainer, child = wait_for(job, home, 10)
    assert child.ppid() == trainer.pid
    {"trainer": trainer, "child": child}[whose].kill()
    finish(job)
    log = (home / "train.log").read_text()
    assert re.search(r"going on from \S+/checkpoint-[1-9]", log)
    whole, resumed = (
        (folder / name / ADAPTER / "training.jsonl").read_bytes()
        for name in ("sft-whole", home.name)
    )
    assert whole == resumed
    check_nothing_is_left(home)


def test_a_killed_job_leaves_no_training_behind(folder):
    home = folder / "sft-orphan"
    job = start(folder, home.name)
    _, child = wait_for(job, home, 5)
    job.kill()
    job.communicate()
    child.wait(timeout=20)
    saved = [path.name for path in home.glob("work/checkpoints/*/checkpoint-*[0-9]")]
    assert saved
    assert not list(home.glob("work/adapters/*/adapter_config.json"))
    check_nothing_is_left(home)


@pytest.mark.long
def test_two_studies_with_one_store_train_an_adapter_once(folder):
    homes = [folder / "study-1", folder / "study-2"]
    for home in homes:
        home.mkdir()
        (home / "work").mkdir()
        (home / "work/adapters").symlink_to(folder / "shared-adapters")
        (home / "work/checkpoints").symlink_to(folder / "shared-checkpoints")
    for shared in ("shared-adapters", "shared-checkpoints"):
        (folder / shared).mkdir()
    for job in [start(folder, home.name) for home in homes]:
        finish(job)
    logs = "".join((home / "train.log").read_text() for home in homes)
    assert logs.count("34 examples, 30 steps") == 1
    assert logs.count("trained before") == 1
    one, other = (content_digest(home / ADAPTER) for home in homes)
    assert one == other


FRESH = """
import json, sys
from pathlib import Path
from mores.engine.base import load_base
from mores.engine.training import Ordered, train_in
told, folder = Path(sys.argv[1]), Path(sys.argv[2])
ordered = Ordered.read(json.loads(told.read_text()))
folder.mkdir()
base = load_base("demo", ordered.trainee.model)
who, examples, checkpoints = ordered.trainee, ordered.examples, Path(f"{folder}-checkpoints")
train_in(folder, checkpoints, who, base, examples, ordered.training)
"""


@pytest.mark.long
def test_an_adapter_is_that_of_a_fresh_process_whatever_was_trained_before(folder, monkeypatch):
    """Other SFT and DPO come between; in two orders, with one thread, all files are the same."""
    home = folder / "orders"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    model = ModelSpec(**MODEL)
    digest = model_ref("demo", Model(**MODEL)).digest
    rows = {name: read_jsonl(folder / f"{name}.jsonl")[:16] for name in ("sft", "dpo")}
    short = {"epochs": 6, "learning_rate": 0.005, "batch_size": 8}

    def trainee(objective: str, **given) -> Trainee:
        settings = module_of(objective).Settings(objective=objective, **short, **given)
        start = (folder / "sft-whole" / ADAPTER) if objective == "dpo" else None
        return Trainee("demo", model, digest, MODEL["path"], settings, {}, start)

    sets = {
        "sft": (trainee("sft", data="traces", alpha=32), rows["sft"]),
        "dpo": (trainee("dpo", start="cnca_sft"), rows["dpo"]),
        "more": (trainee("sft", data="traces", rank=8, alpha=32, dropout=0.1), rows["sft"][::-1]),
    }
    found: dict[str, set[str]] = {}
    for number, order in enumerate((("more", "dpo", "sft"), ("sft", "more", "dpo"))):
        for name in order:
            store = Path(f"store-{number}")
            engine = Engine(idle_timeout=10)
            train = train_once(sets[name][0], Training(), engine, Resources(), store)
            found.setdefault(name, set()).add(content_digest(train(sets[name][1])))
    for name, (who, examples) in sets.items():
        ordered = Ordered(who, examples, Training(), Path("none"), threads=1)
        write_json(home / f"{name}.json", ordered.told())
        line = [sys.executable, "-c", FRESH, f"{name}.json", f"fresh-{name}"]
        finish(jobs.start(home, line, **pythonpath(), OMP_NUM_THREADS="1"))
        found[name].add(content_digest(home / f"fresh-{name}"))
    assert {name: len(digests) for name, digests in found.items()} == dict.fromkeys(sets, 1)


def damage(file: Path) -> None:
    """As a loss of power may leave a file: weights cut short, the optimizer's state garbage."""
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] if file.suffix == ".safetensors" else b"garbage" * 100)


@pytest.mark.parametrize(
    ("damaged", "told"),
    [
        (["optimizer.pt"], r"going on from \S+/checkpoint-"),
        pytest.param(
            ["adapter_model.safetensors", "optimizer.pt"],
            "no checkpoint is whole: training starts",
            marks=pytest.mark.long,
        ),
    ],
    ids=["the last", "both"],
)
def test_a_damaged_checkpoint_gives_way_to_the_one_before_or_to_a_new_start(folder, damaged, told):
    """The `trainer_state.json` of each is whole."""
    name = f"sft-damaged-{len(damaged)}"
    job = start(folder, name)
    home = folder / name
    deadline = time.monotonic() + 120
    while not list(home.glob("work/checkpoints/*/checkpoint-10.json")):
        assert time.monotonic() < deadline and job.poll() is None
        time.sleep(0.02)
    kill(job, home)
    states = home.glob("work/checkpoints/*/*/trainer_state.json")
    newest_first = sorted(states, key=lambda path: path.stat().st_mtime, reverse=True)
    for state, file in zip(newest_first, damaged, strict=False):
        damage(state.with_name(file))
    assert "Traceback" not in finish(start(folder, name))
    log = (home / "train.log").read_text()
    assert log.count("is not what was saved, and is removed") >= len(damaged)
    assert re.search(told, log)
    whole, again = (
        load_file(folder / one / ADAPTER / "adapter_model.safetensors")
        for one in ("sft-whole", name)
    )
    assert max((whole[one] - again[one]).abs().max().item() for one in whole) < 1e-6


def fail(job: subprocess.Popen) -> str:
    """The one line that a job which must fail ends with."""
    told, _ = job.communicate(timeout=200)
    assert job.returncode == 1, told[-3000:]
    assert "Traceback" not in told
    return told.splitlines()[-1]


@pytest.mark.long
def test_full_and_read_only_disks_under_training(folder, small_disk):
    """A checkpoint takes 2 MiB, the adapter 0.7."""
    home, full = folder / "disks", "No space left on device; .* free some space and run again"
    above = re.escape(str(Path(ADAPTER).parent))

    def train() -> subprocess.Popen:
        return start(folder, "disks")

    home.mkdir()
    with small_disk((home / ADAPTER).parent, "400k") as results:
        results("ro")
        told = fail(train())
        assert re.search(f"ERROR {above}: Read-only file system; .* make it writable", told)
        assert not (home / "work/checkpoints").exists()  # told before anything was trained
        results("rw")
        with small_disk(home / "work/checkpoints", "3m") as checkpoints:
            assert re.search(rf"ERROR work/checkpoints/\w+: {full}", fail(train()))
            checkpoints("size=20m")
            with small_disk(home / "work/adapters", "400k"):
                assert re.search(rf"ERROR work/adapters: {full}", fail(train()))
            assert "/checkpoint-5\n" in (home / "train.log").read_text()
            assert re.search(rf"ERROR {above}: {full}", fail(train()))
            assert "/checkpoint-30\n" in (home / "train.log").read_text()
        assert not (home / ADAPTER).exists()
        results("size=2m")
        finish(train())
    assert "trained before" in (home / "train.log").read_text()


def test_no_examples_are_an_error_that_says_where_to_look(folder):
    examples = folder / "empty/results/examples/sft.jsonl"
    examples.parent.mkdir(parents=True)
    examples.touch()
    told, _ = (job := start(folder, "empty")).communicate(timeout=100)
    assert job.returncode == 1
    assert "no examples to learn from; see the log of the step that wrote them" in told
    assert "Traceback" not in told
