"""Norm mining: what a country's answers to the training items say about its norms.

Two ways begin with a low-level norm for each item; the third asks for a topic's norms at once.

Requires: each country's cells.TRAIN, and a model that answers.
Promises: cells.LOW_NORMS and cells.HIGH_NORMS of every mining x model x country that is used.
"""


rule mine_low_norms:
    """A model writes one norm for each training item, from what the country answered."""
    input:
        train=cells.TRAIN,
        bank=ancient(CONFIG.survey.bank),
        names=ancient(CONFIG.country_names),
        prompts=ancient(CONFIG.prompts),
    output:
        cells.LOW_NORMS,
    log:
        "logs/mine_low_norms/{mining}/{model}/{country}.log",
    wildcard_constraints:
        mining=one_of(FROM_ITEMS),
    priority: by_model
    conda:
        ENGINE_ENV
    threads: 1
    resources:
        **TO_ASK,
    params:
        spec=lambda wildcards: SPECS.mine_low_norms(**wildcards),
        code=code("mine_low_norms"),
    shell:
        "python workflow/scripts/mine_low_norms.py --train {input.train:q}"
        " --bank {input.bank:q} --names {input.names:q} --prompts {input.prompts:q}"
        " --country {wildcards.country:q} --model {wildcards.model:q}"
        " --runtime work/runtime.json"
        " --journal work/journal/norms/{wildcards.mining:q}/{wildcards.model:q}/"
        "{wildcards.country:q}.low.jsonl"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule mine_high_norms:
    """The same model abstracts a topic's norms into a few that fit questions never seen."""
    input:
        low=cells.LOW_NORMS,
        bank=ancient(CONFIG.survey.bank),
        names=ancient(CONFIG.country_names),
        prompts=ancient(CONFIG.prompts),
    output:
        cells.HIGH_NORMS,
    log:
        "logs/mine_high_norms/{mining}/{model}/{country}.log",
    wildcard_constraints:
        mining=one_of(FROM_ITEMS),
    priority: by_model
    conda:
        ENGINE_ENV
    threads: 1
    resources:
        **TO_ASK,
    params:
        spec=lambda wildcards: SPECS.mine_high_norms(**wildcards),
        code=code("mine_high_norms"),
    shell:
        "python workflow/scripts/mine_high_norms.py --low {input.low:q}"
        " --bank {input.bank:q} --names {input.names:q} --prompts {input.prompts:q}"
        " --country {wildcards.country:q} --model {wildcards.model:q}"
        " --runtime work/runtime.json"
        " --journal work/journal/norms/{wildcards.mining:q}/{wildcards.model:q}/"
        "{wildcards.country:q}.high.jsonl"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule mine_topic_norms:
    """A model states a topic's norms from what it knows of the country, with nothing shown."""
    input:
        bank=ancient(CONFIG.survey.bank),
        names=ancient(CONFIG.country_names),
        prompts=ancient(CONFIG.prompts),
    output:
        cells.HIGH_NORMS,
    log:
        "logs/mine_topic_norms/{mining}/{model}/{country}.log",
    wildcard_constraints:
        mining=one_of(FROM_TOPIC),
    priority: by_model
    conda:
        ENGINE_ENV
    threads: 1
    resources:
        **TO_ASK,
    params:
        spec=lambda wildcards: SPECS.mine_topic_norms(**wildcards),
        code=code("mine_topic_norms"),
    shell:
        "python workflow/scripts/mine_topic_norms.py"
        " --bank {input.bank:q} --names {input.names:q} --prompts {input.prompts:q}"
        " --country {wildcards.country:q} --model {wildcards.model:q}"
        " --runtime work/runtime.json"
        " --journal work/journal/norms/{wildcards.mining:q}/{wildcards.model:q}/"
        "{wildcards.country:q}.topic.jsonl"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"
