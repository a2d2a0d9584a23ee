"""The survey: what each country answered, and which items are scored.

Requires: the survey file and its item bank.
Promises: cells.MARGINALS, cells.SPLIT, and each country's cells.TRAIN and cells.TEST.
"""


rule import_survey:
    """Whatever form the survey comes in, the rest works on each country's share per option."""
    input:
        survey=ancient(CONFIG.survey.path),
        bank=ancient(CONFIG.survey.bank),
    output:
        cells.MARGINALS,
    log:
        "logs/import_survey.log",
    conda:
        CPU_ENV
    threads: 1
    resources:
        **TO_COUNT,
    params:
        spec=SPECS.import_survey(),
        code=code("import_survey"),
    shell:
        "python workflow/scripts/import_survey.py"
        " --survey {input.survey:q} --bank {input.bank:q}"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule split_items:
    """Norms are mined from some items and scored on others; a paper can cite which."""
    input:
        bank=ancient(CONFIG.survey.bank),
    output:
        cells.SPLIT,
    log:
        "logs/split_items.log",
    conda:
        CPU_ENV
    threads: 1
    params:
        spec=SPECS.split_items(),
        code=code("split_items"),
    shell:
        "python workflow/scripts/split_items.py --bank {input.bank:q}"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule split_country:
    """A country's steps read its own answers only, so that no other country makes them stale."""

    # Not from the marginals, which are of all countries: a job whose input is made again runs again.
    input:
        survey=ancient(CONFIG.survey.path),
        split=cells.SPLIT,
        bank=ancient(CONFIG.survey.bank),
    output:
        train=cells.TRAIN,
        test=cells.TEST,
    log:
        "logs/split_country/{country}.log",
    conda:
        CPU_ENV
    threads: 1
    params:
        spec=lambda wildcards: SPECS.split_country(**wildcards),
        code=code("split_country"),
    shell:
        "python workflow/scripts/split_country.py"
        " --survey {input.survey:q} --split {input.split:q} --bank {input.bank:q}"
        " --country {wildcards.country:q} --spec {params.spec:q}"
        " --train {output.train:q} --test {output.test:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"
