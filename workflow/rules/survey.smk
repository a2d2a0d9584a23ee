"""The survey: what each country answered, and which items are scored.

Requires: the survey file and its item bank.
Promises: grid.MARGINALS, grid.SPLIT, and each country's grid.TRAIN and grid.TEST.
"""


rule import_survey:
    """Whatever form the survey comes in, the rest works on each country's share per option."""
    output:
        grid.MARGINALS,
    log:
        "logs/import_survey.log",
    priority: SOONEST
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("import_survey", **SURVEY),
    shell:
        RUN


rule split_items:
    """Norms are mined from some items and scored on others; a paper can cite which."""
    output:
        grid.SPLIT,
    log:
        "logs/{split}split_items.log",
    priority: SOONEST
    conda:
        CPU_ENV
    params:
        **step("split_items", **BANK),
    shell:
        RUN


rule split_country:
    """A country's steps read its own answers only, so that no other country makes them stale."""

    # Not from the marginals, which are of all countries: a job whose input is made again runs again.
    input:
        split=grid.SPLIT,
    output:
        train=grid.TRAIN,
        test=grid.TEST,
    log:
        "logs/split_country/{split}{country}.log",
    priority: SOONEST
    conda:
        CPU_ENV
    params:
        **step("split_country", **SURVEY),
    shell:
        RUN
