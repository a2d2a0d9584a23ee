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
from mores.study.leaving_out import effect_cells, left_out, without_a_norm
from mores.study.marks import MARK, check_mark, mark_of
from mores.study.plan import Study
from mores.study.resources import asking_resources, cluster_resources, training_resources
from mores.study.replicates import drawn_models, replicated_cells, varied_cells
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


# Priority of what all that asks a model waits for.
SOONEST = turns.first(CONFIG)


def to_ask_in_turn(wildcards):
    """Priority of a job that asks a model."""
    return turns.priority(CONFIG, wildcards.model, turns.turn_to_ask(CONFIG, dict(wildcards)))


def to_train_in_turn(wildcards):
    """Priority of a training, and of what collects its examples."""
    return turns.priority(CONFIG, wildcards.model, turns.turn_to_train(CONFIG, dict(wildcards)))


def questions_asked(wildcards):
    """The file that holds what is asked."""
    return grid.questions_of(SETTINGS, wildcards.evaluation)


def answered_by_country(wildcards):
    """What the country itself answered, where the questions are the survey's."""
    survey = CONFIG.evaluations[wildcards.evaluation].kind == "survey"
    return grid.path_of(grid.TEST, **wildcards) if survey else []


def cells_of(evaluation):
    """The cells of an evaluation."""
    cells = [one for one in grid.grid(SETTINGS) if one.evaluation == evaluation]
    return [cell.at(grid.CELL) for cell in cells]


def cells_of_norm_effects(wildcards):
    """The cells with all norms, and those that do without one."""
    return [cell.at(grid.CELL) for cells in effect_cells(SETTINGS) for cell in cells]


def norms_of_norm_effects(wildcards):
    """The norms that are left out, one at a time."""
    whole, _ = effect_cells(SETTINGS)
    return grid.norms_listed(SETTINGS, whole)


def cells_of_contrasts(wildcards):
    """The cells that are held against each other."""
    evaluation = grid.contrasted(SETTINGS)[wildcards.contrasts]
    further = replicated_cells(SETTINGS) if wildcards.contrasts == grid.CONTRASTED else []
    cells = cells_of(evaluation) + [cell.at(grid.CELL) for cell in further]
    return {"cells": cells} | leaks_of(evaluation)


def cells_of_variance(wildcards):
    """The cells of what is drawn several times, under all draws."""
    return [cell.at(grid.CELL) for cell in varied_cells(SETTINGS)]


def cells_of_table(wildcards):
    """The cells of an evaluation; for the survey's also what needs no model, and the split."""
    found = {"cells": cells_of(grid.tables(SETTINGS)[wildcards.table])}
    if wildcards.table == grid.SCORES:
        found |= {"references": grid.REFERENCES, "split": OWN_SPLIT}
    return found | leaks_of(grid.tables(SETTINGS)[wildcards.table])


def leaks_of(evaluation):
    """That nothing leaked, where the survey's own items are scored."""
    survey = CONFIG.evaluations[evaluation].kind == "survey"
    return {"leaks": grid.LEAKS} if survey else {}


def stated_by(wildcards):
    """The survey's cells of a method and a model, and the norms of their countries."""
    return SPECS.stated[wildcards.method, wildcards.model]


def looked_through(kind):
    """The files of a kind that a model and a country have."""
    return lambda wildcards: [
        *SPECS.sources.get((wildcards.model, wildcards.country), {}).get(kind, ())
    ]


def rows_reported(pattern):
    """What the countries of the report answered, of the split by which tables are made."""
    countries = reports.countries_reported(SETTINGS)
    return expand(pattern, split=grid.split_of(0), country=countries)


def cells_of_guardrails(wildcards):
    """The cells of tuned methods and of what they are held against, evaluation by evaluation."""
    return [
        cell.at(grid.CELL) for cells in reports.cells_guarded(SETTINGS).values() for cell in cells
    ]


def effects_measured(wildcards):
    """The table of what single norms do, where there is one."""
    return grid.NORM_EFFECTS if left_out(SETTINGS) else []


def norms_in_context(wildcards):
    """The norms that this method puts before the question, if any: perhaps another country's."""
    return grid.norms_of(SETTINGS, grid.Cell(**wildcards)) or []


def examples_in_context(wildcards):
    """The training rows that this method shows with their answers, if any."""
    return grid.examples_of(SETTINGS, grid.Cell(**wildcards)) or []


def neutral_in_context(wildcards):
    """The text that states no norm, where it is the method's control."""
    how = grid.method_of(CONFIG, wildcards.method)
    return CONFIG.neutral if how.control == "neutral" else None


def adapter_of_cell(wildcards):
    """The adapter that answers, if any: perhaps another country's, or one for all."""
    return grid.adapter_of(SETTINGS, grid.Cell(**wildcards)) or []


def adapter_of_method(wildcards):
    """The adapter that a method uses for its learner."""
    tuning = CONFIG.methods[wildcards.method].tuning
    return grid.ADAPTER.format(tuning=tuning, **wildcards)


def source_of_examples(source, pattern):
    """A file that examples are made from, where the tuning's objective learns from it.

    What a tuned model says is asked of the tuning that this one continues from.
    """

    def path(wildcards):
        tuning = CONFIG.tunings[wildcards.tuning]
        named = dict(wildcards) | {"tuning": grid.start_of(tuning)}
        return grid.path_of(pattern, **named) if source in tuning.sources else []

    return path


def training_rows(wildcards):
    """What the country answered to the training items, of the split that the model works with."""
    return grid.path_of(grid.TRAIN, model=wildcards.model, country=wildcards.country)


def norms_of_traces(wildcards):
    """The norms with which reasoning is sampled: those of the training that are its draw's."""
    shown = CONFIG.traces
    miner = grid.mined_for(wildcards.model, shown.norm_model)
    return grid.LOW_NORMS.format(mining=shown.norms, model=miner, country=wildcards.country)


def examples_of_learner(wildcards):
    """The examples of each country that an adapter learns from."""
    countries = grid.taught(SETTINGS, wildcards.learner)
    return expand(grid.EXAMPLES, country=countries, **wildcards)


def start_of_learner(wildcards):
    """The adapter that this one continues from, if it continues from any."""
    start = grid.start_of(CONFIG.tunings[wildcards.tuning])
    return grid.ADAPTER.format(**(dict(wildcards) | {"tuning": start})) if start else []
