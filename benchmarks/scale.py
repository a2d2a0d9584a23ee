"""A large study planned, audited and looked through for garbage: seconds, memory, numbers of files.

64 countries x 10 models x 12 methods x 4 evaluations, of the demo's bank, an invented survey and
invented results: every result has a record, every job that asks a journal, every adapter a place in
the store. What they hold is short (`--rows` answers a cell): bytes are read as fast as the disk
gives them. `plan` is the graph of jobs and what they are made from, with which audit, gc and the
cost plan begin; theirs are without it. `dry run` is Snakemake's own, with everything done. Seconds
are the processor's, memory is the most so far.

    python benchmarks/scale.py [--countries 64] [--models 10] [--methods 12] [--folder FOLDER]
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))

from mores.contents import content_digest, seal  # noqa: E402
from mores.demo.survey import draw_survey  # noqa: E402
from mores.engine.journal import _row  # noqa: E402
from mores.method.items import load_bank  # noqa: E402
from mores.method.requests import Completion  # noqa: E402
from mores.provenance.audit import STATES, Finding, audit  # noqa: E402
from mores.provenance.fingerprint import step_modules  # noqa: E402
from mores.provenance.garbage import find_garbage, other_journals  # noqa: E402
from mores.provenance.records import record_of  # noqa: E402
from mores.study.costs import plan as plan_costs  # noqa: E402
from mores.study.plan import Result, Study, every_result  # noqa: E402
from mores.study.specs import Specs  # noqa: E402

FURTHER = {
    "persona": {"prompt": "persona"},
    "shuffled": {"norms": "top1", "control": "shuffled"},
    "neutral": {"norms": "top1", "control": "neutral"},
    "top1_k1": {"norms": "top1", "norms_per_topic": 1},
}
SETS = ("harmful", "harmless", "skills")
CONFIG = Path("study.yaml")
WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
STUDY = Study(configfiles=[CONFIG])


def set_up(countries: int, models: int, methods: int) -> None:
    """A study of so many in this folder."""
    for name in ("config", "resources", "workflow", "Snakefile", "profiles"):
        Path(name).symlink_to(ROOT / name)
    names = list(yaml.safe_load(Path("resources/countries.yaml").read_text(encoding="utf-8")))
    bank, drawn = load_bank("resources/items/demo.yaml"), random.Random(0)
    values = {
        one: {topic: drawn.randrange(4) for topic in bank.topics} for one in names[:countries]
    }
    Path("survey.json").write_text(json.dumps(draw_survey(bank, values, 0)), encoding="utf-8")
    own = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))["methods"]
    asked = [*own, *FURTHER][:methods]
    sets = {
        one: {"kind": "choices", "path": f"resources/guardrails/{one}.jsonl", "methods": asked}
        for one in SETS
    }
    config = {
        "survey": {"path": "survey.json"},
        "countries": names[:countries],
        "models": {"demo": None}
        | {f"model{n}": {"path": "resources/demo/model"} for n in range(models)},
        "methods": {name: None for name in own if name not in asked}
        | {name: FURTHER[name] for name in asked if name in FURTHER},
        "evaluations": sets,
    }
    CONFIG.write_text(yaml.safe_dump(config), encoding="utf-8")


def invent(results: list[Result], rows: int) -> Counter:
    """Every result with its record, journal and place in the store; counts of what was written."""
    digests: dict[str, str] = {}
    wrote: Counter = Counter()
    for number, result in enumerate(results):
        path = Path(result.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if result.rule in ("train_adapter", "publish_adapter"):
            path.mkdir()
            (path / "adapter_config.json").write_text("{}")
            (path / "adapter_model.safetensors").write_text(str(number))
            keep(path, number)
        elif result.journal:
            keys = [f"{number:032x}{row:032x}" for row in range(rows)]
            path.write_text("".join(json.dumps({"request": key}) + "\n" for key in keys))
            result.journal.parent.mkdir(parents=True, exist_ok=True)
            result.journal.write_text("".join(map(line, keys)))
        else:
            path.write_text(f"{number}\n")
        digests[result.path] = record(result, digests)
        wrote[result.rule] += 1
    return wrote


def line(key: str) -> str:
    return json.dumps(_row(Completion(key, "I would say 2. " * 20, "stop", 200, 80))) + "\n"


def keep(folder: Path, number: int) -> None:
    """What is trained is in the store as well."""
    kept = Path("work/adapters") / f"{number:064x}"
    shutil.copytree(folder, kept)
    seal(kept, kept)


def record(result: Result, digests: dict[str, str]) -> str:
    """The record as the runner writes it, but not flushed to the disk one by one."""
    output = content_digest(result.path)
    made = {
        "rule": result.rule,
        "spec": result.spec,
        "modules": step_modules(result.rule, result.job["by_name"]),
        "inputs": {path: digests[path] for path in result.inputs},
        "installed": {"python": "3.12.0"},
        "output": output,
    }
    noted = record_of(result.path)
    noted.parent.mkdir(parents=True, exist_ok=True)
    noted.write_text(json.dumps(made, indent=1))
    return output


def stages(rows: int) -> None:
    """All of them, a line each."""
    results = measured("plan", lambda: every_result(STUDY), lambda found: f"{len(found):,} results")
    measured("invent", lambda: invent(results, rows), lambda of: f"{of['answer_items']:,} answers")
    findings = measured("audit", lambda: audit(results), in_states)
    store = Path("work")
    measured(
        "gc",
        lambda: (find_garbage(results, findings, store), other_journals(results, store)),
        lambda found: f"{len(found[0])} to free, {len(found[1])} of others",
    )
    settings = STUDY.settings()
    measured(
        "plan_costs",
        lambda: plan_costs(settings, Specs(settings), results),
        lambda found: f"{len(found)} rows",
    )
    measured("dry run", dry_run, str)


def measured(name: str, does: Callable[[], Any], told: Callable[[Any], str]) -> Any:
    """Do a stage; a line of its seconds, memory, and what it found."""
    begun = seconds()
    found = does()
    most = max(resource.getrusage(who).ru_maxrss for who in WHO) / 1024
    print(f"| {name} | {seconds() - begun:,.0f} | {most:,.0f} | {told(found)} |", flush=True)
    return found


def seconds() -> float:
    """The processor's, of this process and those that ended."""
    used = [resource.getrusage(who) for who in WHO]
    return sum(one.ru_utime + one.ru_stime for one in used)


def in_states(findings: list[Finding]) -> str:
    states = Counter(finding.state for finding in findings)
    return ", ".join(f"{states[state]:,} {state}" for state in STATES if states[state])


def dry_run() -> str:
    """What `snakemake --dry-run` says is to be done."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "rules"]
    command += ["--configfile", str(CONFIG), "--", "all"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = done.stdout + done.stderr
    total = [one.split() for one in told.splitlines() if one.startswith("total")]
    return f"{int(total[-1][1]):,} jobs" if total else "nothing to be done"


def files() -> None:
    """How many files there are, and of what size, by where they lie."""
    print("\n| folder | files | MB | largest folder |\n|---|---|---|---|")
    for where in ("results", "results/made", "work/journal", "work/adapters", ".snakemake"):
        found = [(Path(below), names) for below, _, names in os.walk(where) if names]
        sizes = [(below / one).stat().st_size for below, of in found for one in of]
        most = max((len(of) for _, of in found), default=0)
        print(f"| `{where}` | {len(sizes):,} | {sum(sizes) / 1e6:,.0f} | {most:,} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--countries", type=int, default=64)
    parser.add_argument("--models", type=int, default=10)
    parser.add_argument("--methods", type=int, default=12)
    parser.add_argument("--rows", type=int, default=20, help="answers of a cell")
    parser.add_argument("--folder", help="where to make the study, rather than in TMPDIR")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        os.chdir(folder)
        set_up(given.countries, given.models, given.methods)
        print("| stage | s | MiB | found |\n|---|---|---|---|")
        stages(given.rows)
        files()
        os.chdir(ROOT)


if __name__ == "__main__":
    main()
