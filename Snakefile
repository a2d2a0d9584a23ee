"""How close is a language model to the values of a country, and what brings it closer?

From a survey to results/scores.tsv, for every country x model x method of the configuration.
One rule file a phase; the rules' names, in the order of the files, tell the method.
"""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"


# Steps of a second each, which on a cluster are not worth a job of their own.
localrules:
    split_items,
    split_country,
    collect_examples,
    score_cell,


rule all:
    """A table for each evaluation: each country, model and method, beside what needs no model."""
    input:
        expand(grid.TABLE, table=grid.tables(SETTINGS)),


rule adapters:
    """Every adapter of the grid, with its scores on its card, to share."""
    input:
        grid.published(SETTINGS),


include: "workflow/rules/survey.smk"
include: "workflow/rules/norms.smk"
include: "workflow/rules/finetune.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"
