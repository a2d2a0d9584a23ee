"""Evaluation: each country's test items answered by each model in each way, and scored.

Requires: cells.SPLIT, cells.TEST, and what the method asks for: cells.HIGH_NORMS, cells.TRAIN,
cells.ADAPTER.
Promises: cells.ANSWERS and cells.CELL of the whole grid.
"""


rule answer_items:
    """A model answers every test item for a country; what the country answered is not shown."""
    input:
        split=cells.SPLIT,
        norms=norms_in_context,
        examples=examples_in_context,
        adapter=adapter_of_cell,
        bank=ancient(CONFIG.survey.bank),
        names=ancient(CONFIG.country_names),
        prompts=ancient(CONFIG.prompts),
        neutral=ancient(CONFIG.neutral),
    output:
        cells.ANSWERS,
    log:
        "logs/answer_items/{method}/{model}/{country}.log",
    priority: by_model
    conda:
        ENGINE_ENV
    threads: 1
    resources:
        **TO_ASK,
    params:
        spec=lambda wildcards: SPECS.answer_items(**wildcards),
        code=code("answer_items"),
    shell:
        "python workflow/scripts/answer_items.py --split {input.split:q} --norms={input.norms:q}"
        " --examples={input.examples:q} --adapter={input.adapter:q} --neutral {input.neutral:q}"
        " --bank {input.bank:q} --names {input.names:q} --prompts {input.prompts:q}"
        " --country {wildcards.country:q} --model {wildcards.model:q}"
        " --runtime work/runtime.json"
        " --journal work/journal/answers/{wildcards.method:q}/{wildcards.model:q}/"
        "{wildcards.country:q}.jsonl"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule score_cell:
    """The answers are held against the country's own; nothing invalid is dropped or guessed."""
    input:
        answers=cells.ANSWERS,
        test=cells.TEST,
        bank=ancient(CONFIG.survey.bank),
    output:
        cells.CELL,
    log:
        "logs/score_cell/{method}/{model}/{country}.log",
    conda:
        CPU_ENV
    threads: 1
    params:
        spec=SPECS.score_cell(),
        code=code("score_cell"),
    shell:
        "python workflow/scripts/score_cell.py"
        " --answers {input.answers:q} --test {input.test:q} --bank {input.bank:q}"
        " --country {wildcards.country:q} --model {wildcards.model:q}"
        " --method {wildcards.method:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"
