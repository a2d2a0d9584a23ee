"""What all rules share: the checked settings and what makes a result stale.

Requires: the configuration files and the command line's overrides.
Promises: CONFIG, SETTINGS and SPECS; every fault of the configuration told before any job starts.

A rule has two params. `spec` is one JSON string of exactly what its result depends on, the user's
files by their content; `code` is a digest of its script with all that it imports. The user's files
are `ancient` inputs: their times count for nothing, so a clone or a touch makes nothing stale.
"""

import json
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
from mores.costs import plan
from mores.engine import hold_run
from mores.errors import InputError
from mores.files import write_json
from mores.fingerprint import code_digest, module_digests
from mores.jobs import asking_resources, cluster_resources, training_resources
from mores.runtime import runtime
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
    SPECS.answered  # read now, so that a survey that lacks a country is told before any job
except InputError as error:
    sys.exit(f"\nError: {error}\n")

CONFIG = SETTINGS.config
CPU_ENV = "../envs/cpu.yaml"
ENGINE_ENV = "../envs/gpu.yaml" if shutil.which("nvidia-smi") else CPU_ENV
CODE = {}  # by digest: the rule's name, and the digests of its modules
# Ways to mine and to tune, by what they begin with.
FROM_TOPIC = [name for name, way in CONFIG.mining.ways.items() if way.answers == "none"]
FROM_ITEMS = [name for name in CONFIG.mining.ways if name not in FROM_TOPIC]
SUPERVISED = [name for name, tuning in CONFIG.tunings.items() if tuning.data != "pairs"]
PREFERRED = [name for name in CONFIG.tunings if name not in SUPERVISED]


# What jobs ask of a cluster: to compute without a model, to ask one that is served, to train one.
TO_COUNT = cluster_resources(SETTINGS)
TO_ASK = asking_resources(SETTINGS)
TO_TRAIN = training_resources(SETTINGS)

# What scripts are told that look at the whole grid; a function, lest Snakemake fill in its braces.
GRID = {"config": lambda wildcards: CONFIG.model_dump_json(), "pool": SETTINGS.pool}


def one_of(names):
    """A wildcard's pattern: one of these names, or nothing that could be."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    country="[A-Z]{3}",
    model=one_of(CONFIG.models),
    method=one_of(CONFIG.methods),
    mining=one_of(CONFIG.mining.ways),
    tuning=one_of(CONFIG.tunings),
    learner=f"[A-Z]{{3}}|{cells.POOLED}",


# Only in a real run's own process, neither for a dry run nor in a job's on another host.
onstart:
    write_json("work/runtime.json", runtime(SETTINGS).model_dump())
    for name, modules in CODE.items():
        write_json(f"work/code/{name}.json", modules)
    hold_run(CONFIG.engine.launcher)


def code(script):
    """What a script does, as a digest; `onstart` writes down what it is the digest of."""
    path = Path("workflow/scripts", f"{script}.py")
    CODE[code_digest(path)] = {"rule": script, "modules": module_digests(path)}
    return code_digest(path)


def by_model(wildcards):
    """Priority: models take turns in the configuration's order, since a host has one server."""
    return len(CONFIG.models) - list(CONFIG.models).index(wildcards.model)


def norms_in_context(wildcards):
    """The norms that this method puts before the question, if any: perhaps another country's."""
    return cells.norms_of(SETTINGS, cells.Cell(**wildcards)) or []


def examples_in_context(wildcards):
    """The training rows that this method shows with their answers, if any."""
    return cells.examples_of(SETTINGS, cells.Cell(**wildcards)) or []


def adapter_of_cell(wildcards):
    """The adapter that answers, if any: perhaps another country's, or one for all."""
    return cells.adapter_of(SETTINGS, cells.Cell(**wildcards)) or []


def adapter_of_method(wildcards):
    """The adapter that a method uses for its learner."""
    tuning = CONFIG.methods[wildcards.method].tuning
    return cells.ADAPTER.format(tuning=tuning, **wildcards)


def source_of_examples(wildcards):
    """What supervised examples are made from: the country's answers, or right traces."""
    from_answers = CONFIG.tunings[wildcards.tuning].data == "answers"
    return cells.TRAIN if from_answers else cells.TRACES


def examples_of_learner(wildcards):
    """The examples of each country that an adapter learns from."""
    countries = cells.taught(SETTINGS, wildcards.learner)
    return expand(cells.EXAMPLES, country=countries, **wildcards)


def started_from(pattern):
    """A file of the tuning that this one continues from."""
    return lambda wildcards: pattern.format(
        **(dict(wildcards) | {"tuning": CONFIG.tunings[wildcards.tuning].start})
    )
