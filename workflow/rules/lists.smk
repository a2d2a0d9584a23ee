"""The lists: cell by cell, item by item and file by file, what the tables are made of.

Requires: grid.CELL and grid.ANSWERS of the survey, grid.SPLIT, the norms, traces and examples that
they rest on.
Promises: grid.LEAKS, or no table of the survey; grid.ITEMS, grid.TOPICS and grid.STATED.
"""


rule check_leaks:
    """Nothing that norms and adapters are made of may tell of an item that is scored."""
    input:
        train=training_rows,
        low=looked_through("low"),
        high=looked_through("high"),
        traces=looked_through("traces"),
        examples=looked_through("examples"),
    output:
        grid.LEAK_CHECK,
    log:
        "logs/check_leaks/{model}/{country}.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("check_leaks", **WORDING),
    shell:
        RUN


rule list_leaks:
    """What was looked through, and how near it comes to what is scored; no table without it."""
    input:
        checks=[
            grid.LEAK_CHECK.format(model=model, country=country)
            for model, country in SPECS.sources
        ],
    output:
        grid.LEAKS,
    log:
        "logs/list_leaks.log",
    conda:
        CPU_ENV
    params:
        **step("list_leaks"),
    shell:
        RUN


rule list_items:
    """Which topic, which norm, which answers changed: what every cell has said, item by item."""
    input:
        cells=[cell.at(grid.CELL) for cell in grid.survey_cells(SETTINGS)],
        split=OWN_SPLIT,
        norms=reports.survey_norms(SETTINGS),
        leaks=grid.LEAKS,
    output:
        by_item=grid.ITEMS,
        by_topic=grid.TOPICS,
    log:
        "logs/list_items.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("list_items"),
    shell:
        RUN


rule find_norms:
    """How often does the thinking state the country's norms, and how often another country's?"""
    input:
        split=OWN_SPLIT,
        answers=lambda wildcards: [cell.at(grid.ANSWERS) for cell in stated_by(wildcards)[0]],
        norms=lambda wildcards: stated_by(wildcards)[1],
    output:
        grid.FOUND,
    log:
        "logs/find_norms/{method}/{model}.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("find_norms"),
    shell:
        RUN


rule list_stated:
    """Norms in the thinking, by method, where a method gets its country's norms."""
    input:
        found=[grid.FOUND.format(method=method, model=model) for method, model in SPECS.stated],
    output:
        grid.STATED,
    log:
        "logs/list_stated.log",
    conda:
        CPU_ENV
    params:
        **step("list_stated"),
    shell:
        RUN
