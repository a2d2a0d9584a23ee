"""A rule's job as Snakemake starts it, without Snakemake."""

import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import psutil

from mores.canonical import canonical
from mores.engine.models import model_ref
from mores.engine.settings import Model
from mores.engine.training import TRAINER
from mores.job import How, Job
from mores.method.adapters import Training
from mores.method.models import ModelSpec
from mores.spec import Section

ROOT = Path(__file__).parents[1]


def command(rule: str, spec: Section, how: How, log: str) -> list[str]:
    """The command line of a rule's script, as workflow/rules/common.smk makes it."""
    job = canonical(Job.of(rule, spec).model_dump())
    script = [sys.executable, str(ROOT / f"workflow/scripts/{rule}.py"), "--job", job]
    return [*script, "--how", how.model_dump_json(exclude_defaults=True), "--log", log]


def training(settings: dict[str, Any], model: dict[str, Any], home: Path) -> Training:
    """What an adapter for one country is made with; `home` is where the job will run."""
    with chdir(home):
        made = model_ref("base", Model(**model)).digest
    return Training(
        tuning=settings["objective"],
        learner="XAV",
        countries=("XAV",),
        settings=settings,
        model=ModelSpec(**model),
        model_digest=made,
        trainer=TRAINER,
        packages={},
    )


def start(home: Path, line: list[str], **environment: str) -> subprocess.Popen:
    """Start a job in a working directory of its own; its output and log come together."""
    return subprocess.Popen(
        line,
        cwd=home,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def trainers(home: Path) -> list[psutil.Process]:
    """The trainers of a working directory, and their children that train."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd", "status"]):
        told = process.info
        ours = "mores.engine.trainer" in (told["cmdline"] or ()) and told["cwd"] == str(home)
        if ours and told["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found
