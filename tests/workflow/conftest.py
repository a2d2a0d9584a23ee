"""A study of which all results are there and fresh, to be edited, planned and audited.

Results are stand-ins (what matters is what they were made from), recorded as jobs record them and
made known to Snakemake by `--touch`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mores.fingerprint import module_digests
from mores.records import write_records
from mores.results import every_result
from mores.settings import load_settings
from mores.specs import Specs

ROOT = Path(__file__).parents[2]
STUDY = {
    "countries": ["XAV", "XBO", "XDU"],
    "methods": {"topic": None, "cnca_sft": None, "examples": {"examples": 2}},
}


class Job:
    """A job as a dry run tells it."""

    def __init__(self, told: str):
        self.fields = dict(re.findall(r"^    (\w+): (.*)$", told, re.M))
        rule = re.search(r"^(?:local)?rule (\w+):$", told, re.M)[1]
        wildcards = re.findall(r"\w+=(\w+)", self.fields.get("wildcards", ""))
        self.name = " ".join([rule, *wildcards])

    def results(self, field: str) -> list[str]:
        """Its inputs or outputs that are results."""
        paths = self.fields.get(field, "").split(", ")
        return [path for path in paths if path.startswith("results/")]


class Project:
    """A copy of the repository in which all of the study's results are there and fresh."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("config", "workflow", "profiles", "resources"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "Snakefile", folder)
        self.write_study({})

    def write_study(self, changed: dict) -> None:
        """The study's configuration, with some keys changed."""
        study = STUDY | changed
        study["methods"] = STUDY["methods"] | changed.get("methods", {})
        (self.folder / "study.yaml").write_text(yaml.safe_dump(study))

    def results(self):
        settings = load_settings(["config/config.yaml", "study.yaml"], {})
        return every_result(settings, Specs(settings))

    def make(self) -> None:
        """Put a stand-in and a record where each result goes, and tell Snakemake."""
        for result in self.results():
            path = Path(result.path)
            folder = "/adapters/" in result.path
            (path if folder else path.parent).mkdir(parents=True, exist_ok=True)
            (path / "adapter_config.json" if folder else path).write_text(f"{result}\n")
        told = self.snakemake("--touch", "--forceall")
        assert told.returncode == 0, told.stderr
        read = {output: job for job in self.jobs("--forceall") for output in job.results("output")}
        for result in self.results():
            modules = module_digests(Path(f"workflow/scripts/{result.rule}.py"))
            inputs = read[result.path].results("input")
            write_records(result.rule, json.loads(result.spec), modules, inputs, [result.path])

    def snakemake(self, *arguments: str, target="results/scores.tsv"):
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        command += ["--configfile", "study.yaml", *(["--", target] if target else [])]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)

    def jobs(self, *arguments: str) -> list["Job"]:
        """The jobs of a dry run."""
        done = self.snakemake("--dry-run", *arguments)
        assert done.returncode == 0, done.stderr
        blocks = re.split(r"^\[.*\]$", done.stdout + done.stderr, flags=re.M)
        return [Job(block) for block in blocks if re.search(r"^    output: ", block, re.M)]

    def planned(self) -> set[str]:
        """The jobs of a dry run: rule and wildcards, in the wildcards' order."""
        return {job.name for job in self.jobs()}

    def audited(self) -> set[str]:
        """The rules whose results the audit, in a process of its own, does not find fresh."""
        code = (
            "import json, sys; sys.path.insert(0, 'workflow/scripts');"
            "from mores.audit import audit; from mores.results import every_result;"
            "from mores.settings import load_settings; from mores.specs import Specs;"
            "settings = load_settings(['config/config.yaml', 'study.yaml'], {});"
            "found = audit(every_result(settings, Specs(settings)));"
            "print(json.dumps(sorted({one.rule for one in found if one.state != 'fresh'})))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return set(json.loads(done.stdout))

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        (self.folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    project = Project(tmp_path_factory.mktemp("staleness"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        project.make()
    return project


@pytest.fixture
def project(made, monkeypatch) -> Iterator[Project]:
    """The project, put back after each edit with the times its files had."""
    sources = [made.folder / name for name in ("config", "workflow", "resources", "study.yaml")]
    files = [
        file for source in sources for file in ([source] if source.is_file() else source.rglob("*"))
    ]
    before = {
        file: (file.read_bytes(), file.stat())
        for file in files
        if file.is_file() and file.suffix != ".pyc"
    }
    monkeypatch.chdir(made.folder)
    yield made
    for file, (content, stat) in before.items():
        if file.read_bytes() != content or file.stat().st_mtime_ns != stat.st_mtime_ns:
            file.write_bytes(content)
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
