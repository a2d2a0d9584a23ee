"""The report: a table for each evaluation, and what scores as high with no model at all.

Requires: grid.CELL of the whole grid, grid.MARGINALS, grid.SPLIT and grid.LEAKS.
Promises: grid.REFERENCES, grid.TABLE and grid.CONTRASTS of each evaluation; grid.HYPOTHESES,
grid.NORM_EFFECTS, grid.VARIANCE and grid.GUARDRAILS where they are asked for; grid.REPORT;
grid.PUBLISHED.
"""


rule score_references:
    """A score means little alone: what do chance, other countries and the survey itself score?"""
    input:
        marginals=grid.MARGINALS,
        split=OWN_SPLIT,
    output:
        grid.REFERENCES,
    log:
        "logs/score_references.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("score_references", **BANK),
    shell:
        RUN


rule score_table:
    """Each method's score and its difference from vanilla, with intervals, in one table."""
    input:
        unpack(cells_of_table),
    output:
        report(grid.TABLE, caption="../report/tables.rst", category="Tables"),
    log:
        "logs/score_table/{table}.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("score_table"),
    shell:
        RUN


rule score_contrasts:
    """Methods and models held against each other: what differs, how surely, what was missed."""
    input:
        unpack(cells_of_contrasts),
    output:
        report(grid.CONTRASTS, caption="../report/tables.rst", category="Tables"),
    log:
        "logs/score_contrasts/{contrasts}.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("score_contrasts"),
    shell:
        RUN


rule judge_hypotheses:
    """Claims that were entered in the study's record before anything was answered, and after."""
    input:
        contrasts=grid.CONTRASTS.format(contrasts=grid.CONTRASTED),
    output:
        report(grid.HYPOTHESES, caption="../report/tables.rst", category="Tables"),
    log:
        "logs/judge_hypotheses.log",
    conda:
        CPU_ENV
    params:
        **step("judge_hypotheses"),
    shell:
        RUN


rule score_norm_effects:
    """Which norm did it: answers with all of a topic's norms, held against those without one."""
    input:
        cells=cells_of_norm_effects,
        norms=norms_of_norm_effects,
        leaks=grid.LEAKS,
    output:
        grid.NORM_EFFECTS,
    log:
        "logs/score_norm_effects.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("score_norm_effects"),
    shell:
        RUN


rule score_variance:
    """How much of a score hangs on which items, norms, training and answers were drawn."""
    input:
        cells=cells_of_variance,
        leaks=grid.LEAKS,
    output:
        grid.VARIANCE,
    log:
        "logs/score_variance.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("score_variance"),
    shell:
        RUN


rule score_guardrails:
    """What tuning may have cost: form, countries told apart, refusals, skills."""
    input:
        cells=cells_of_guardrails,
    output:
        grid.GUARDRAILS,
    log:
        "logs/score_guardrails.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("score_guardrails"),
    shell:
        RUN


rule show_thinking:
    """One sample of each item's thinking, with norms and without, cut to what a page can hold."""
    input:
        answers=lambda wildcards: [
            cell.at(grid.ANSWERS)
            for cell in reports.explained(SETTINGS)[wildcards.method, wildcards.model]
        ],
    output:
        grid.THINKING,
    log:
        "logs/show_thinking/{method}/{model}.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("show_thinking"),
    shell:
        RUN


# Below a module's prefix, where its results lie.
REVIEW = reports.review_scored(workflow.modifier.modify_path)


rule write_report:
    """What was asked and found, how surely, and every norm with what it came from, on one page."""
    input:
        tables=list(reports.reported(SETTINGS).values()),
        by_item=grid.ITEMS,
        by_topic=grid.TOPICS,
        train=rows_reported(grid.TRAIN),
        test=rows_reported(grid.TEST),
        high=reports.survey_norms(SETTINGS),
        low=reports.low_norms_listed(SETTINGS),
        traces=list(reports.traces_sampled(SETTINGS)),
        thinking=[
            grid.THINKING.format(method=method, model=model)
            for method, model in reports.explained(SETTINGS)
        ],
    output:
        report(grid.REPORT, caption="../report/report.rst", category="Findings"),
    log:
        "logs/write_report.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("write_report", of={"review": REVIEW}, **BANK, page=grid.PAGE, **REVIEW),
    shell:
        RUN


rule publish_adapter:
    """An adapter to share: the PEFT folder, with what it scored on its card."""
    input:
        adapter=adapter_of_method,
        scores=grid.TABLE.format(table=grid.SCORES),
    output:
        directory(grid.PUBLISHED),
    log:
        "logs/publish_adapter/{method}/{model}/{learner}.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("publish_adapter"),
    shell:
        RUN
