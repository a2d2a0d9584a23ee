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
    params:
        spec=SPECS.score_references(),
        code=code("score_references"),
    shell:
        "python workflow/scripts/score_references.py"
        " --marginals {input.marginals:q} --split {input.split:q} --bank {input.bank:q}"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"


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
    params:
        spec=SPECS.score_table(),
        code=code("score_table"),
    shell:
        "python workflow/scripts/score_table.py --cells results/cells"
        " --references {input.references:q} --split {input.split:q}"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
