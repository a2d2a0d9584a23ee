"""What rules have as inputs, where the configuration decides it: functions of the wildcards.

Requires: CONFIG, SETTINGS and SPECS.
Promises: the paths of results alone, or the user's file that `step` hands on, or none.
"""

from mores.study.leaving_out import effect_cells
from mores.study.replicates import varied_cells


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
