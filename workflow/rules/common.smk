"""What all rules share: the checked settings, and how a step is run.

Requires: the configuration, from files and command line or handed over by another workflow.
Promises: CONFIG, SETTINGS and SPECS; every fault of the configuration told before any job starts.

A rule's param `job` is one JSON string of exactly what its result depends on: the settings it uses,
the user's files by their content, and a digest of the step's code. Inputs are results alone: where
the user's files lie, and their times, count for nothing, so a clone or a touch makes nothing stale.
The param `how` says where a job reads and writes and how the work is done; since it is a function of
inputs and outputs, Snakemake does not compare it.
"""

import os
import re
import shlex
import sys

HERE = str(workflow.current_basedir)  # of this file
if not os.path.isdir(HERE):
    sys.exit(
        f"\nError: mores runs from a folder, not from {HERE}: clone it, and name the clone's "
        "workflow/Snakefile\n"
    )
SCRIPTS = os.path.join(os.path.dirname(HERE), "scripts")
sys.path.insert(0, SCRIPTS)
# `python` in a rule is the one that runs Snakemake, unless conda puts another before it.
os.environ.update(PATH=os.pathsep.join([os.path.dirname(sys.executable), *os.get_exec_path()]))

from mores.canonical import canonical
from mores.errors import InputError
from mores.method.draws import Draw
from mores.job import How, Job, spell
from mores.shipped import locate
from mores.study import grid, reports, turns
from mores.study.checks import check
from mores.study.figures import figures
from mores.study.leaving_out import left_out, without_a_norm
from mores.study.marks import MARK, check_mark, mark_of
from mores.study.plan import Study
from mores.study.resources import asking_resources, cluster_resources, training_resources
from mores.study.replicates import drawn_models, replicated_cells
from mores.study.runtime import runtime
from mores.study.specs import Specs

STUDY = Study(
    snakefile=workflow.main_snakefile,
    targets=[workflow.modifier.modify_rulename(name) for name in ("all", "adapters")],
    configfiles=workflow.config_settings.configfiles,
    # Read anew: Snakemake has put `--config methods=NAME` in place of the table it selects from.
    overrides=workflow.config_settings.config,
    handed=None if workflow.modifier.is_main_snakefile() else dict(config),
)
try:
    SETTINGS = STUDY.settings()
    check(SETTINGS)
    OWN_MARK = mark_of(SETTINGS)
    check_mark(workflow.modifier.modify_path(MARK), OWN_MARK)
    SPECS = Specs(SETTINGS)
    SPECS.answered  # read now, so that a survey that lacks a country is told before any job
    SPECS.sources  # and one of which no country can be said to be the nearest
except InputError as error:
    sys.exit(f"\nError: {error}\n")

CONFIG = SETTINGS.config
RUNTIME = runtime(SETTINGS)
# Relative, where it can be: a study and its clone may move together.
TOOLS = shlex.quote(os.path.relpath(SCRIPTS)).replace("{", "{{").replace("}", "}}")
RUN = (
    f"sh {TOOLS}/once_more.sh {{log:q}} python {TOOLS}/{{params.script}}.py"
    " --job {params.job:q} --how {params.how:q} --log {log:q}"
)
CPU_ENV = "../envs/cpu.yaml"
# By what the configuration asks, since a login node has no GPU and its nodes have some.
ON_GPU = any(model.resources.gpus for model in CONFIG.models.values())
ENGINE_ENV = "../envs/gpu.yaml" if ON_GPU else CPU_ENV
# Ways to mine, by what they begin with.
FROM_TOPIC = [name for name, way in CONFIG.mining.ways.items() if way.answers == "none"]
FROM_ITEMS = [name for name in CONFIG.mining.ways if name not in FROM_TOPIC]

# The user's files.
BANK = {"bank": CONFIG.survey.bank}
SURVEY = {**BANK, "survey": CONFIG.survey.path}
WORDING = {**BANK, "prompts": CONFIG.prompts}

# What jobs ask of a cluster: to compute without a model, to ask one that is served, to train one.
TO_COUNT = cluster_resources(SETTINGS)
TO_ASK = asking_resources(SETTINGS)
TO_TRAIN = training_resources(SETTINGS)


# The split by which tables are made; replicates may have others.
OWN_SPLIT = grid.SPLIT.format(split=grid.split_of(0))


def one_of(names):
    """A wildcard's pattern: one of these names, or nothing that could be."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    country="[A-Z]{3}",
    model=one_of([*CONFIG.models, *drawn_models(CONFIG)]),
    split=r"(split_[0-9]+/)?",
    method=one_of([*CONFIG.methods, *without_a_norm(SETTINGS)]),
    evaluation=one_of(CONFIG.evaluations),
    table=one_of(grid.tables(SETTINGS)),
    contrasts=one_of(grid.contrasted(SETTINGS)),
    mining=one_of(CONFIG.mining.ways),
    tuning=one_of(CONFIG.tunings),
    learner=f"[A-Z]{{3}}|{grid.POOLED}",


def step(rule, of=None, **files):
    """The params of a rule: its script, what the job is to make, and how.

    `of` is what the spec is of, by name, besides the wildcards.
    `files` are the user's, by name: a path, or a function of the wildcards that gives one or none.
    """

    def job(wildcards):
        try:
            spec = getattr(SPECS, rule)(**wildcards, **(of or {}))
        except InputError as error:
            sys.exit(f"\nError: {error}\n")
        return canonical(Job.of(rule, spec).model_dump())

    def how(wildcards, input, output):
        named = {name: one(wildcards) if callable(one) else one for name, one in files.items()}
        told = How(
            inputs={name: spell(given) for name, given in input.items()},
            outputs=dict(output.items()) or {"output": output[0]},
            files={name: str(locate(path)) for name, path in named.items() if path},
            model=Draw.of(wildcards.model)[0] if "model" in wildcards.keys() else None,
            runtime=RUNTIME,
            mark=OWN_MARK,
        )
        return told.model_dump_json(exclude_defaults=True)

    return {"script": rule, "job": job, "how": how}


def study(wildcards):
    """What Snakemake was called with; a function, lest Snakemake fill in its braces."""
    return STUDY.model_dump_json()


# Priority of what all that asks a model waits for, and of scoring, while others wait for a server.
SOONEST = turns.first(CONFIG)


def to_ask_in_turn(wildcards):
    """Priority of a job that asks a model."""
    return turns.to_ask(CONFIG, dict(wildcards))


def to_train_in_turn(wildcards):
    """Priority of a training, and of what collects its examples."""
    return turns.to_train(CONFIG, dict(wildcards))
