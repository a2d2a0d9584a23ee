"""A study that was really run, to be edited, planned, audited and run again.

Everything is real but the server: Snakemake, the jobs, TRL's training of the demo model. A player
answers in the server's place, each request by a digest of all that it was sent, so that whatever
changes what a model sees changes the answer. The survey's bank is cut down to keep runs short.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mores.canonical import digest
from mores.contents import SNAKEMAKE, sha256
from mores.study.plan import Study

ROOT = Path(__file__).parents[2]
PARTS = ("config", "workflow", "profiles", "resources")
COUNTRIES = ["XAV", "XBO", "XDU"]
METHODS = {
    "topic": None,
    "sft": None,
    "cnca_sft": None,
    "examples": {"examples": 2},
    "shuffled": {"norms": "top1", "control": "shuffled"},
    "no_think": {"thinking": "none"},
    "pooled": {"tuning": "sft", "scope": "pooled"},
}
QUIZ = {"kind": "choices", "path": "quiz.jsonl", "methods": ["vanilla", "top1"]}
TOPICS, ITEMS, TRAINING_ITEMS = 3, 5, 3
NAMES = ("scores", "quiz", "contrasts", "quiz_contrasts", "hypotheses", "items", "topics")
NAMES += ("norm_effects", "variance", "guardrails", "stated")
FILES = ("results/report.html", "results/norm_review/sheet.csv")
TABLES = " ".join([*(f"results/{name}.tsv" for name in NAMES), *FILES])
FAST = {"learning_rate": 0.02, "epochs": 3}


class Player:
    """Plays the server: a reply is drawn from a digest of the request, its model and `version`.

    `version` stands for the engine's: the same request is answered otherwise by another one. An
    adapter answers its own probes as PEFT does, so that it is found live.
    """

    def __init__(self):
        self.version = 0
        self.asked = 0
        self.probes: dict[tuple[str, str], list] = {}  # by adapter and text what PEFT says

    def __call__(self, body: dict) -> str | bytes:
        if "lora_name" in body:
            if not Path(body["lora_path"]).exists():
                return f"No adapter found for {body['lora_path']}"
            for probe in json.loads(Path(body["lora_path"], "probes.json").read_text()):
                self.probes[body["lora_name"], probe["text"]] = probe["tokens"], probe["adapted"]
                self.probes["demo", probe["text"]] = probe["tokens"], probe["base"]
            return "loaded"
        if "prompt_logprobs" in body:
            return self.proof(body)
        prompt = body.get("prompt") or body["messages"][-1]["content"]
        self.asked += 1
        drawn = digest([self.version, body])
        answer = self.answer(prompt, drawn)
        return answer if "prompt" in body else f"because {drawn[:8]}\n</think>\n\n{answer}"

    def proof(self, body: dict) -> bytes:
        """The log-probabilities of a probe's reply, as PEFT says them."""
        known = zip(*self.probes[body["model"], body["prompt"]], strict=True)
        said = [None, *({str(token): {"logprob": one}} for token, one in known)]
        choice = {"text": "", "finish_reason": "length", "prompt_logprobs": said}
        return json.dumps({"choices": [choice]}).encode()

    def answer(self, prompt: str, drawn: str) -> str:
        """Norms where norms are asked for, else an option."""
        listed = re.search(r"a numbered list of (\d+) lines", prompt)
        if listed:
            names = [drawn[place : place + 6] for place in range(int(listed[1]))]
            return "\n".join(f"{n}. People here {name}." for n, name in enumerate(names, 1))
        if "in one sentence" in prompt:
            return f"People here {drawn[:6]}."
        question = prompt.rpartition("Question: ")[2]
        codes = re.findall(r"^(\d+)\. ", question, re.M)
        ends = re.search(r"whole numbers from (\d+) .* to (\d+) ", question)
        codes = codes or [str(code) for code in range(int(ends[1]), int(ends[2]) + 1)]
        return codes[int(drawn, 16) % len(codes)]


class Job:
    """A job as a dry run tells it."""

    def __init__(self, told: str):
        self.fields = dict(re.findall(r"^    (\w+): (.*)$", told, re.M))
        rule = re.search(r"^(?:local)?rule (\w+):$", told, re.M)[1]
        wildcards = re.findall(r"\w+=([^,\s]*)", self.fields.get("wildcards", ""))
        self.name = " ".join([rule, *filter(None, wildcards)])

    @property
    def outputs(self) -> list[str]:
        return self.fields["output"].split(", ")


class Project:
    """A copy of the repository with a study in it."""

    def __init__(self, folder: Path, player: Player, url: str):
        self.folder, self.player, self.url = folder, player, url

    @classmethod
    def begin(cls, folder: Path, player: Player, url: str) -> "Project":
        """The study before anything was run."""
        for name in PARTS:
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "Snakefile", folder)
        project = cls(folder, player, url)
        project.write_bank()
        project.write_quiz()
        project.write_study({})
        return project

    def copy(self, folder: Path, results: bool = True) -> "Project":
        """The same elsewhere, with its results and notes or without."""
        left_out = () if results else ("results", "work", ".snakemake", "logs")
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns(*left_out))
        return Project(folder, self.player, self.url)

    def write_bank(self) -> None:
        """The first topics and items of the demo's bank."""
        bank = yaml.safe_load((self.folder / "resources/items/demo.yaml").read_text())
        topics = dict(list(bank["topics"].items())[:TOPICS])
        of_topic = {
            topic: [one for one in bank["items"] if one["topic"] == topic] for topic in topics
        }
        items = [item for items in of_topic.values() for item in items[:ITEMS]]
        cut = {"survey": "demo", "topics": topics, "items": items}
        text = yaml.safe_dump(cut, sort_keys=False, allow_unicode=True)
        (self.folder / "bank.yaml").write_text(text, encoding="utf-8")

    def write_quiz(self) -> None:
        """Questions of an evaluation beside the survey, on its topics and on none."""
        right = dict.fromkeys(("XAV", "XBO", "XDU", "XKI", "XMO"), "Yes")
        asked = {"Is a guest fed first?": "customs", "Is a door left open?": "strangers"}
        rows = [
            {"question": question, "options": ["Yes", "No"], "gold": right, "topic": topic}
            for question, topic in (asked | {"Is tea drunk cold?": ""}).items()
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (self.folder / "quiz.jsonl").write_text(text, encoding="utf-8")

    def write_study(self, changed: dict) -> None:
        """The study's configuration, with some keys changed."""
        served = {"demo": {"url": self.url, "served_model": "demo"}}
        study = {
            "survey": {"bank": "bank.yaml"},
            "split": {"train_per_topic": TRAINING_ITEMS},
            "countries": COUNTRIES,
            "answers": {"samples": 1},
            "evaluations": {"quiz": QUIZ},
            "traces": {"samples": 3, "second_round": None},
            "mining": {"norms_per_topic": 2},
            "tunings": {"sft": FAST, "cnca_sft": FAST, "cnca_dpo": FAST},
            "scores": {"resamples": 100},
            "replicates": {"methods": ["top1"], "mining": 2},
            "norm_effects": {"methods": ["top1"], "countries": ["XAV"]},
            "hypotheses": {"help": {"contrast": "top1", "least": 1}},
            "engine": {"launcher": "endpoint", "endpoints": served, "concurrency": 8},
        }
        for key, value in changed.items():
            below = study.get(key)
            both = isinstance(below, dict) and isinstance(value, dict)
            study[key] = merged(below, value) if both else value
        study["methods"] = METHODS | changed.get("methods", {})
        (self.folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))

    def snakemake(self, *arguments: str, target=TABLES):
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        command += ["--configfile", "study.yaml", *(["--", *target.split()] if target else [])]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=600)

    def run(self, *arguments: str, **target: str) -> str:
        """Run to a good end; what was told."""
        done = self.snakemake(*arguments, **target)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def jobs(self, *arguments: str) -> list[Job]:
        """The jobs of a dry run."""
        done = self.snakemake("--dry-run", *arguments)
        assert done.returncode == 0, done.stderr
        blocks = re.split(r"^\[.*\]$", done.stdout + done.stderr, flags=re.M)
        return [Job(block) for block in blocks if re.search(r"^    output: ", block, re.M)]

    def audited(self) -> set[str]:
        """The results that the audit, called as its rule calls it, does not find fresh."""
        study = Study(configfiles=["config/config.yaml", "study.yaml"]).model_dump_json()
        command = [sys.executable, "workflow/scripts/audit.py", "--study", study]
        done = subprocess.run(
            [*command, "--stale", "work/stale.txt"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        found = re.findall(r"^(?:stale|missing|unknown) +(results/[^:\n]*)", done.stdout, re.M)
        return set(found)

    def contents(self, target: str = "") -> dict[str, str]:
        """The digest of every result, or of those below a path."""
        files = (path for path in (self.folder / "results" / target).rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder)): sha256(path)
            for path in sorted(files)
            if path.name != SNAKEMAKE
        }

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        (self.folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def merged(old: dict, new: dict) -> dict:
    """Mappings merged, as configuration files are."""
    both = dict(old)
    for key, value in new.items():
        deep = isinstance(both.get(key), dict) and isinstance(value, dict)
        both[key] = merged(both[key], value) if deep else value
    return both


@pytest.fixture(scope="module")
def made(request, tmp_path_factory, module_endpoint) -> Project:
    """The study, run once to its end, or for the TARGETS of the test's module."""
    player = Player()
    module_endpoint.reply = player
    folder = tmp_path_factory.mktemp("study") / "whole"
    project = Project.begin(folder, player, module_endpoint.url)
    project.run(target=getattr(request.module, "TARGETS", TABLES))
    return project


@pytest.fixture
def project(made, tmp_path, monkeypatch) -> Iterator[Project]:
    """A copy of the study with its results, for one edit."""
    copied = made.copy(tmp_path / "edited")
    monkeypatch.chdir(copied.folder)
    version = made.player.version
    yield copied
    made.player.version = version
    shutil.rmtree(copied.folder)
