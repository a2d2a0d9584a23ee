"""The engine with the real vLLM server: shared, given up, killed, and never left behind.

A server takes half a minute to start: the tests share one as long as they can, each counts the
starts it causes, and the last one ends the run.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

import mores
from mores.engine.client import Address
from mores.engine.client import ask as ask_server
from mores.engine.probes import find_probes
from mores.engine.server import members
from mores.engine.settings import Engine, Model
from mores.files import write_json
from mores.method.chat import load_chat
from mores.method.options import ONE_TOKEN
from mores.method.requests import Completion, Request

ROOT = Path(__file__).parents[2]
LIBRARY = Path(mores.__file__).parents[1]
LAYERS, HIDDEN = 2, 64

RUN = "import time; from mores.engine.lease import hold_run; hold_run(); print(1, flush=True); "
RUN += "time.sleep(1000)"
JOB = """
import json, sys
from pathlib import Path
from mores.engine.generate import Asker
from mores.engine.models import adapter_ref, model_ref
from mores.engine.settings import Engine, Model
from mores.method.requests import Request
from mores.process import run

def main():
    job = json.loads(sys.argv[1])
    sampling = {"top_p": 0.9, "temperature": job["temperature"], "max_tokens": job["max_tokens"]}
    requests = [
        Request(({"role": "user", "content": f"How important is family? {n}"},),
                sampling | {"seed": n})
        for n in range(job["n"])
    ]
    ask = Asker(
        ref=model_ref(job["name"], Model(path=job["model"], dtype="float32")),
        engine=Engine(**job["engine"]),
        journal=Path(job["journal"]),
        made_by={},
        lora=adapter_ref(job["adapter"]) if job["adapter"] else None,
    )
    got = ask(requests, job["journal"])
    print(json.dumps([[one.text, one.finish_reason, one.completion_tokens] for one in got]))

run(main)
"""
TAKES_ADAPTERS = {"max_lora_rank": 8, "adapter_slots": 4}  # three, and the one left empty


@dataclass
class Bench:
    """A working directory with two models, an adapter, and a run under way."""

    folder: Path
    run: subprocess.Popen

    def start(self, journal: str, **changed) -> subprocess.Popen:
        """Start a job of the run's process group, as Snakemake does."""
        job = {"journal": journal, "name": "a", "n": 8, "temperature": 1.0, "max_tokens": 16}
        job |= {"adapter": None} | changed
        job |= {"model": changed.get("model", job["name"])}
        engine = {"concurrency": 64, "idle_timeout": 2} | TAKES_ADAPTERS
        job["engine"] = engine | changed.get("engine", {})
        return subprocess.Popen(
            [sys.executable, "-c", JOB, json.dumps(job)],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(LIBRARY)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=self.run.pid,
        )

    def finish(self, journal: str, **changed) -> list[list]:
        """Run a job to its end: text, finish reason and tokens of every completion."""
        return result(self.start(journal, **changed))

    def starts(self) -> int:
        """Servers started so far: each has a log of its own."""
        return len(list(self.folder.glob("logs/engine/*.log")))

    def state(self, pattern: str) -> list[Path]:
        return list(self.folder.glob(f"work/engine/*/{pattern}"))

    def group(self) -> int:
        """The process group of the server."""
        return json.loads(self.state("*.group.json")[0].read_text())["group"]

    def supervisor(self) -> int:
        """The supervisor's process id, which the server's log is named after."""
        newest = max(self.folder.glob("logs/engine/*.log"), key=lambda path: path.stat().st_mtime)
        return int(newest.name.split(".")[-2])

    def asked(self) -> int:
        """Requests that the server has answered, by its own count."""
        address = json.loads(self.state("*.endpoint.json")[0].read_text())
        url = address["url"].removesuffix("/v1") + "/metrics"
        told = ask(url, address["key"]).decode()
        pattern = r'request_success_total\{.*finished_reason="(?:stop|length)".*\} (\S+)'
        return int(sum(float(count) for count in re.findall(pattern, told)))


def ask(url: str, key: str) -> bytes:
    """What a server says to somebody who knows its key."""
    known = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    return urllib.request.urlopen(known, timeout=10).read()


def result(job: subprocess.Popen) -> list[list]:
    out, err = job.communicate(timeout=300)
    assert job.returncode == 0, err
    return json.loads(out)


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    """Wait until `what()` is true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)


def write_adapters(folder: Path, base: Path, loud: int) -> None:
    """`live` and `other`, LoRAs with random weights, and `dead`: `live`'s probes, its weights zero.

    Their probes are PEFT's own replies: what the server says is held against them.
    """
    chat = load_chat("a", Model(path=str(base)))
    prompts = [f"How important is family? {number}" for number in range(8)]
    for seed, name in enumerate(("live", "other")):
        torch.manual_seed(seed)
        network = AutoModelForCausalLM.from_pretrained(base)
        lora = LoraConfig(r=8, lora_alpha=loud, target_modules="all-linear", task_type="CAUSAL_LM")
        adapted = get_peft_model(network, lora).eval()
        for weight_name, weight in adapted.named_parameters():
            if "lora_B" in weight_name:
                torch.nn.init.normal_(weight)
        adapted.save_pretrained(folder / name)
        write_json(folder / name / "probes.json", find_probes(adapted, chat, prompts))
    shutil.copytree(folder / "live", folder / "dead")
    weights = load_file(folder / "dead/adapter_model.safetensors")
    silent = {name: 0 * weight for name, weight in weights.items()}
    save_file(silent, folder / "dead/adapter_model.safetensors")


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("engine")
    for seed, name in enumerate(("a", "b")):
        command = [sys.executable, str(ROOT / "benchmarks" / "random_model.py"), str(folder / name)]
        command += ["--hidden", str(HIDDEN), "--layers", str(LAYERS), "--seed", str(seed)]
        subprocess.run(command, check=True, capture_output=True)
    write_adapters(folder, folder / "a", loud=64)
    run = subprocess.Popen(
        [sys.executable, "-c", RUN],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(LIBRARY)},
        stdout=subprocess.PIPE,
        process_group=0,
    )
    run.stdout.readline()
    bench = Bench(folder, run)
    yield bench
    run.kill()
    run.wait()
    wait_for(lambda: not bench.state("*.group.json"), 60)


def test_server_that_cannot_start_says_why_and_names_its_log(bench):
    job = bench.start("no.jsonl", engine={"server_args": ["--max-num-batched-tokens", "16"]})
    _, err = job.communicate(timeout=120)
    assert job.returncode == 1
    told = re.search(r"ERROR the vLLM server of model a ended while starting (.*)", err)[1]
    assert "max_num_batched_tokens" in told
    assert (bench.folder / re.search(r"its log is (\S+)", told)[1]).exists()


def test_jobs_that_start_together_share_one_server_and_seeds_repeat(bench):
    before = bench.starts()
    jobs = [bench.start(f"{number}.jsonl") for number in range(3)]
    first, second, third = (result(job) for job in jobs)
    assert first == second == third
    assert len({text for text, _, _ in first}) == 8
    assert all(reason == "stop" or tokens == 16 for _, reason, tokens in first)
    assert bench.starts() - before <= 1
    assert bench.state("*.endpoint.json")[0].stat().st_mode & 0o077 == 0


def test_killed_job_asks_again_only_for_what_is_missing(bench):
    journal = bench.folder / "killed.jsonl"
    slow = {"engine": {"concurrency": 3}, "n": 150, "max_tokens": 200}
    job = bench.start(journal.name, **slow)
    wait_for(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 40, 120)
    job.kill()
    job.communicate()
    kept = journal.read_bytes().count(b"\n")
    assert kept < 150
    time.sleep(2)  # the server lets go of what was in flight
    before, starts = bench.asked(), bench.starts()
    assert len(bench.finish(journal.name, **slow | {"engine": {}})) == 150
    assert bench.asked() - before == 150 - kept
    assert bench.starts() == starts
    lines = journal.read_text().splitlines()
    assert len({json.loads(line)["key"] for line in lines}) == len(lines) == 150


def test_adapters_answer_beside_their_base_and_change_nothing_in_it(bench):
    """vLLM's own code for the CPU gives base requests in a mixed batch what the last slot has."""
    starts = bench.starts()
    greedy = {"temperature": 0.0, "n": 40, "max_tokens": 24}
    alone = {
        name: bench.finish(f"{name}.jsonl", adapter=name, **greedy) for name in ("live", "other")
    }
    alone[None] = bench.finish("base.jsonl", **greedy)
    texts = {name: [text for text, _, _ in answers] for name, answers in alone.items()}
    assert len({tuple(text) for text in texts.values()}) == 3
    jobs = {name: bench.start(f"mixed-{name}.jsonl", adapter=name, **greedy) for name in alone}
    assert {name: result(job) for name, job in jobs.items()} == alone
    assert bench.starts() - starts <= 1


def test_a_streamed_reply_is_the_plain_one(bench, caplog):
    """Texts with half characters, probabilities of a prompt's next token, counts of tokens."""
    caplog.set_level("INFO")
    bench.finish("plain.jsonl")
    address = Address(**json.loads(bench.state("*.endpoint.json")[0].read_text()))
    say = ({"role": "user", "content": "How important is family?"},)
    drawn = {"temperature": 1.0, "max_tokens": 64}
    asked = {str(seed): Request(say, drawn | {"seed": seed}) for seed in range(16)}
    asked["next"] = Request((), ONE_TOKEN, prompt="How important is")
    read: list[dict[str, Completion]] = []
    for launcher in ("local", "endpoint"):
        kept: list[Completion] = []
        ask_server(asked, address, Engine(launcher=launcher), lambda: True, kept.append)
        read.append({one.key: one for one in kept})
    assert read[0] == read[1] and len(read[0]) == 17 and read[0]["next"].logprobs
    assert not any("streams no replies" in one.getMessage() for one in caplog.records)


def test_a_dead_adapter_fails_the_job(bench):
    job = bench.start("dead.jsonl", adapter="dead")
    _, err = job.communicate(timeout=120)
    assert job.returncode == 1
    assert re.search(r"ERROR the adapter in \S+/dead is dead on the server, or another one", err)
    assert not (bench.folder / "dead.jsonl").read_text()


def test_another_adapter_in_its_place_fails_the_job(bench):
    shutil.copytree(bench.folder / "other", bench.folder / "swapped")
    shutil.copy(bench.folder / "live/probes.json", bench.folder / "swapped")
    job = bench.start("swapped.jsonl", adapter="swapped")
    _, err = job.communicate(timeout=120)
    assert job.returncode == 1
    assert re.search(r"ERROR the adapter in \S+/swapped is dead on the server, or another", err)


STRANGER = """
import http.client, json, sys
from pathlib import Path

port, paths, files = json.loads(sys.argv[1])
told = {}
for path in paths:
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
        for known in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x" * 4}):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            body = json.dumps({"prompt": "a", "messages": [{"role": "user", "content": "a"}]})
            asked.request(method, path, body, {"Content-Type": "application/json"} | known)
            reply = asked.getresponse()
            told[f"{method} {path} {known}"] = [reply.status, reply.read().decode()]
for file in files:
    try:
        told[file] = Path(file).read_bytes().decode()
    except OSError as error:
        told[file] = type(error).__name__
print(json.dumps(told))
"""
PATHS = ["/", "/health", "/ping", "/invocations", "/tokenize", "/detokenize", "/metrics", "/load"]
PATHS += ["/version", "/docs", "/openapi.json", "/v1/models", "/v1/completions", "//metrics"]
PATHS += ["/metrics/", "/v1/../metrics", "/%6detrics", "/METRICS", "/V1/models", "/pooling"]


def test_no_other_user_of_the_host_gets_anything_from_a_server(bench):
    """Every path that the server says it has, and more, by all methods; and its files."""
    if os.geteuid():
        told = "OTHER USERS NOT TRIED: takes root's right to be another"
        (pytest.fail if "REQUIRE_ALL" in os.environ else pytest.skip)(told)
    bench.finish("guarded.jsonl")
    address = json.loads(bench.state("*.endpoint.json")[0].read_text())
    root = address["url"].removesuffix("/v1")
    own = json.loads(ask(f"{root}/openapi.json", address["key"]))["paths"]
    assert {"/invocations", "/tokenize"} <= set(own)
    assert b"vllm" in ask(f"{root}/metrics", address["key"])
    port = int(root.rpartition(":")[2])
    files = [f"/proc/{bench.group()}/environ"]
    files += [str(path) for kind in ("endpoint", "order") for path in bench.state(f"*.{kind}.json")]
    assert all(Path(file).stat().st_mode & 0o077 == 0 for file in files)
    stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env"]
    stranger += [
        "PATH=/usr/bin:/bin",
        "python3",
        "-I",
        "-c",
        STRANGER,
        json.dumps([port, [*own, *PATHS], files]),
    ]
    done = subprocess.run(stranger, cwd="/", capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert [told.pop(file) for file in files] == ["PermissionError"] * len(files)
    assert len(told) == len({*own, *PATHS}) * 18
    assert set(map(tuple, told.values())) == {(401, "")}
    assert address["key"] not in " ".join(
        " ".join(process.cmdline()) for process in members(bench.group())
    )


@pytest.mark.long
@pytest.mark.parametrize("killed", ["supervisor", "server"])
def test_killed_server_or_supervisor_is_replaced_and_the_job_goes_on(bench, killed):
    bench.finish("before.jsonl")
    group, supervisor, starts = bench.group(), bench.supervisor(), bench.starts()
    journal = bench.folder / f"bereaved-{killed}.jsonl"
    job = bench.start(journal.name, engine={"concurrency": 3}, n=60, max_tokens=200)
    wait_for(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 5, 60)
    if killed == "supervisor":
        os.kill(supervisor, signal.SIGKILL)
    else:
        os.killpg(group, signal.SIGKILL)
    assert len(result(job)) == 60
    assert members(group) == []
    assert bench.starts() == starts + 1


@pytest.mark.long
def test_other_model_makes_an_idle_server_give_way(bench):
    bench.finish("a.jsonl")
    group, starts = bench.group(), bench.starts()
    assert bench.finish("b.jsonl", name="b") != bench.finish("a.jsonl")
    assert members(group) == []
    assert bench.starts() == starts + 1


@pytest.mark.long
def test_ctrl_c_leaves_nothing_behind(bench):
    bench.finish("last.jsonl", name="b")
    group, supervisor = bench.group(), bench.supervisor()
    job = bench.start("endless.jsonl", name="b", engine={"concurrency": 3}, n=500, max_tokens=500)
    wait_for((bench.folder / "endless.jsonl").exists)
    os.killpg(bench.run.pid, signal.SIGINT)
    bench.run.wait(10)
    job.communicate(timeout=30)
    wait_for(lambda: not members(group) and not members(supervisor), 30)
    assert bench.state("*.endpoint.json") == bench.state("*.group.json") == []
