"""The report: one table of all scores, and what scores as high with no model at all.

Requires: cells.CELL of the whole grid, cells.MARGINALS and cells.SPLIT.
Promises: cells.REFERENCES and cells.SCORES.
"""


rule score_references:
    """A score means little alone: what do chance, other countries and the survey itself score?"""
    input:
        marginals=cells.MARGINALS,
        split=cells.SPLIT,
        bank=ancient(CONFIG.survey.bank),
    output:
        cells.REFERENCES,
    log:
        "logs/score_references.log",
    conda:
        CPU_ENV
    threads: 1
    resources:
        **TO_COUNT,
    params:
        spec=SPECS.score_references(),
        code=code("score_references"),
    shell:
        "python workflow/scripts/score_references.py"
        " --marginals {input.marginals:q} --split {input.split:q} --bank {input.bank:q}"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule score_table:
    """Each method's score and its difference from vanilla, with intervals, in one table."""
    input:
        cells=[cell.at(cells.CELL) for cell in cells.grid(SETTINGS)],
        references=cells.REFERENCES,
        split=cells.SPLIT,
    output:
        cells.SCORES,
    log:
        "logs/score_table.log",
    conda:
        CPU_ENV
    threads: 1
    resources:
        **TO_COUNT,
    params:
        spec=SPECS.score_table(),
        code=code("score_table"),
    shell:
        "python workflow/scripts/score_table.py --cells results/cells"
        " --references {input.references:q} --split {input.split:q}"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule audit:
    """Which results are what today's files would make, and why others are not; makes no result."""
    log:
        "logs/audit.log",
    localrule: True
    conda:
        CPU_ENV
    threads: 1
    params:
        **GRID,
    shell:
        "python workflow/scripts/audit.py --config {params.config:q} --pool {params.pool:q}"
        " --stale work/stale.txt | tee {log:q}"


rule gc:
    """What journals and adapters hold that no result needs; shown, not freed."""
    log:
        "logs/gc.log",
    localrule: True
    conda:
        CPU_ENV
    threads: 1
    params:
        **GRID,
    shell:
        "python workflow/scripts/gc.py --config {params.config:q} --pool {params.pool:q}"
        " | tee {log:q}"


rule gc_free:
    """Frees what `gc` has shown."""
    log:
        "logs/gc_free.log",
    localrule: True
    conda:
        CPU_ENV
    threads: 1
    params:
        **GRID,
    shell:
        "python workflow/scripts/gc.py --free --config {params.config:q} --pool {params.pool:q}"
        " | tee {log:q}"


rule plan_costs:
    """What the whole grid will ask of each model, before anything is spent; makes no file."""
    log:
        "logs/plan_costs.log",
    localrule: True
    conda:
        CPU_ENV
    threads: 1
    params:
        plan=lambda wildcards: json.dumps(plan(SETTINGS, SPECS)),
    shell:
        "python workflow/scripts/plan_costs.py --plan {params.plan:q} | tee {log:q}"


rule publish_adapter:
    """An adapter to share: the PEFT folder, with what it scored on its card."""
    input:
        adapter=adapter_of_method,
        scores=cells.SCORES,
    output:
        directory(cells.PUBLISHED),
    log:
        "logs/publish_adapter/{method}/{model}/{learner}.log",
    conda:
        CPU_ENV
    threads: 1
    resources:
        **TO_COUNT,
    params:
        code=code("publish_adapter"),
    shell:
        "python workflow/scripts/publish_adapter.py"
        " --adapter {input.adapter:q} --scores {input.scores:q}"
        " --learner {wildcards.learner:q} --model {wildcards.model:q}"
        " --method {wildcards.method:q} --output {output:q} --log {log:q}"
