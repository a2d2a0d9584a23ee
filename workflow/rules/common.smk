"""What all rules share: the checked settings and what makes a result stale.

Requires: the configuration files and the command line's overrides.
Promises: CONFIG, SETTINGS and SPECS; every fault of the configuration told before any job starts.

A rule has two params. `spec` is one JSON string of exactly what its result depends on, the user's
files by their content; `code` is a digest of its script with all that it imports. The user's files
are `ancient` inputs: their times count for nothing, so a clone or a touch makes nothing stale.
"""

import os
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, os.path.abspath("workflow/scripts"))
# `python` in a rule is the one that runs Snakemake, unless conda puts another before it.
os.environ.update(PATH=os.pathsep.join([os.path.dirname(sys.executable), *os.get_exec_path()]))

from mores import cells
from mores.checks import check
from mores.engine import hold_run
from mores.errors import InputError
from mores.files import write_json
from mores.fingerprint import code_digest
from mores.settings import load_settings
from mores.specs import Specs

try:
    # Read anew: Snakemake has put `--config methods=NAME` in place of the table it selects from.
    SETTINGS = load_settings(
        ["config/config.yaml", *workflow.config_settings.configfiles],
        workflow.config_settings.config,
    )
    check(SETTINGS)
    SPECS = Specs(SETTINGS)
except InputError as error:
    sys.exit(f"\nError: {error}\n")

CONFIG = SETTINGS.config
CPU_ENV = "../envs/cpu.yaml"
ENGINE_ENV = "../envs/gpu.yaml" if shutil.which("nvidia-smi") else CPU_ENV


wildcard_constraints:
    country="[A-Z]{3}",
    model="|".join(map(re.escape, CONFIG.models)),
    method="|".join(map(re.escape, CONFIG.methods)),
    mining="top1",


# Only in a real run's own process, neither for a dry run nor in a job's on another host.
onstart:
    write_json("work/runtime.json", CONFIG.engine.model_dump())
    hold_run(Path("work"))


def code(script):
    """What a script does, as a digest."""
    return code_digest(Path("workflow/scripts", f"{script}.py"))


def by_model(wildcards):
    """Priority: models take turns in the configuration's order, since a host has one server."""
    return len(CONFIG.models) - list(CONFIG.models).index(wildcards.model)


def norms_in_context(wildcards):
    """The norms that this method puts before the question, if any: perhaps another country's."""
    return cells.norms_of(SETTINGS, cells.Cell(**wildcards)) or []
