"""The report: a table for each evaluation, and what scores as high with no model at all.

Requires: grid.CELL of the whole grid, grid.MARGINALS and grid.SPLIT.
Promises: grid.LEAKS, or none of these; grid.REFERENCES, grid.TABLE and grid.CONTRASTS of each
evaluation; grid.HYPOTHESES, grid.NORM_EFFECTS, grid.VARIANCE, grid.ITEMS and grid.TOPICS where they
are asked for; grid.REPORT and grid.PUBLISHED; sheets on which people judge norms
(grid.REVIEW_SHEET, grid.REVIEW_FORM), and grid.REVIEWED of filled ones; what stands in the results,
shown.
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
    """Norms in the thinking, by method; made by name, where a method gets its country's norms."""
    input:
        found=[
            grid.FOUND.format(method=method, model=model)
            for method, model in reports.stated(SETTINGS)
        ],
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
    output:
        report(grid.REPORT, caption="../report/report.rst", category="Findings"),
    log:
        "logs/write_report.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("write_report", **BANK, page=grid.PAGE),
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


rule norm_review:
    """Norms of all sources, shuffled, with planted controls, for people to judge blind."""
    input:
        norms=reports.norms_reviewed(SETTINGS),
    output:
        sheet=grid.REVIEW_SHEET,
        form=grid.REVIEW_FORM,
        key=grid.REVIEW_KEY,
    log:
        "logs/norm_review.log",
    conda:
        CPU_ENV
    params:
        **step("norm_review", page=grid.REVIEW_PAGE),
    shell:
        RUN


rule score_norm_review:
    """What people said of the norms: accepted or not, agreed or not, and the controls caught."""
    input:
        key=grid.REVIEW_KEY,
        effects=effects_measured,
    output:
        table=grid.REVIEWED,
        raters=grid.REVIEW_RATERS,
        labels=grid.REVIEW_LABELS,
    log:
        "logs/score_norm_review.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("score_norm_review", sheets=CONFIG.norm_review.sheets),
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


rule audit:
    """Which results are what today's files would make, and why others are not; makes no result."""
    log:
        "logs/audit.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/audit.py --study {{params.study:q}} --stale work/stale.txt | tee {{log:q}}"


rule preflight:
    """What would stop a run hours from now, looked for at each model and server; makes no file."""
    log:
        "logs/preflight.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/preflight.py --study {{params.study:q}} 2>&1 | tee {{log:q}}"


rule fetch:
    """Models that are on the hub, downloaded once, before a run that needs them; makes no file."""
    log:
        "logs/fetch.log",
    localrule: True
    conda:
        ENGINE_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/fetch.py --study {{params.study:q}} 2>&1 | tee {{log:q}}"


rule overview:
    """How much of each model, method and evaluation is done, stale or missing; makes no file."""
    log:
        "logs/overview.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/overview.py --study {{params.study:q}} | tee {{log:q}}"


rule gc:
    """What journals and adapters hold that no result needs; shown, not freed."""
    log:
        "logs/gc.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/gc.py --study {{params.study:q}} | tee {{log:q}}"


rule gc_free:
    """Frees what `gc` has shown."""
    log:
        "logs/gc_free.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/gc.py --free --study {{params.study:q}} | tee {{log:q}}"


rule plan_costs:
    """What the whole grid will ask of each model, before anything is spent; makes no file."""
    log:
        "logs/plan_costs.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/plan_costs.py --study {{params.study:q}} | tee {{log:q}}"
