"""The runner: what a rule's script does around its step.

A script of `workflow/scripts` names a step, a function of what its parameters are called: `spec`,
what it may call or say (`stage`, `wording`, `bank`, `trainer`, `imported`), and the rule's inputs
by name. The runner reads these, checks them against the spec, and writes what the step returns,
whole, with a record of what made it.
"""

import argparse
import inspect
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from mores.canonical import digest
from mores.contents import AGAIN
from mores.errors import InputError
from mores.files import try_to_write, whole, whole_folder, write_json, write_jsonl, write_text
from mores.given import Given
from mores.job import How, Job
from mores.process import log_to
from mores.process import run as run_process
from mores.provenance.fingerprint import step_modules
from mores.provenance.records import seconds_of, write_record
from mores.provenance.versions import installed
from mores.rows import Folder
from mores.study.marks import mark_path, put_mark


def run(step: Callable[..., Any]) -> None:
    """Run the step of the script that is being executed, as its command line says."""
    parser = argparse.ArgumentParser(description=inspect.getdoc(sys.modules["__main__"]))
    parser.add_argument("--job", required=True, help="rule, spec, digest of its code (JSON)")
    parser.add_argument("--how", required=True, help="inputs, outputs, runtime (JSON)")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()

    def main() -> None:
        log_to(args.log)
        make(step, Job.model_validate_json(args.job), How.model_validate_json(args.how))

    run_process(main)


def make(step: Callable[..., Any], job: Job, how: How) -> None:
    """Call a step, write what it returns, and record what made it."""
    modules = step_modules(job.rule, job.by_name)
    if digest(modules) != job.code:
        raise InputError(f"workflow/scripts/{job.rule}.py, or what it imports: {AGAIN}")
    parameters = inspect.signature(step).parameters
    spec = parameters["spec"].annotation.model_validate(job.spec)
    for path in how.outputs.values():
        try_to_write(Path(path).parent)  # before anything is asked or trained, not after
        if how.mark:
            put_mark(mark_path(path), how.mark, Path(how.runtime.store))
    begun = time.monotonic()
    given = Given(spec, how)
    made_from = given.digests
    made = step(**{name: given.value(name) for name in parameters})
    took = round(time.monotonic() - begun, 1)
    for name, path in how.outputs.items():
        write(Path(path), made[name] if len(how.outputs) > 1 else made)
        write_record(
            path,
            rule=job.rule,
            spec=job.spec,
            modules=modules,
            inputs=made_from,
            installed=installed(job.spec.get("packages", {})),
        )
    with suppress(OSError):  # a disk that takes no note of it loses no result
        write_json(seconds_of(next(iter(how.outputs.values()))), took)


def write(path: Path, made: Any) -> None:
    """Write what a step returned, whole: rows, a value, a frame, a text, bytes, a folder."""
    if isinstance(made, Folder):
        with whole_folder(path) as temporary:
            shutil.copytree(made.copy_of, temporary)
            for name, text in made.texts.items():
                write_text(temporary / name, text)
    elif path.suffix == ".parquet":
        with whole(path) as temporary:
            made.write_parquet(temporary)
    elif isinstance(made, bytes):
        with whole(path) as temporary:
            temporary.write_bytes(made)
    elif path.suffix == ".jsonl":
        write_jsonl(path, made)
    elif path.suffix == ".json":
        write_json(path, made)
    else:
        write_text(path, made)
