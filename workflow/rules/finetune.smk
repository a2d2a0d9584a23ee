"""Fine-tuning: the norms move from the context into the model's own reasoning, as a LoRA adapter.

Requires: cells.TRAIN and cells.LOW_NORMS of each country.
Promises: cells.TRACES, cells.EXAMPLES, and cells.ADAPTER of every tuning x model x learner that is
used. A learner is a country, or all of them together.
"""


rule sample_traces:
    """With an item's own norm in context, a model reasons; the right answers tell which way is good."""
    input:
        low=expand(cells.LOW_NORMS, mining=CONFIG.traces.norms, allow_missing=True),
        bank=ancient(CONFIG.survey.bank),
        names=ancient(CONFIG.country_names),
        prompts=ancient(CONFIG.prompts),
    output:
        cells.TRACES,
    log:
        "logs/sample_traces/{model}/{country}.log",
    priority: by_model
    conda:
        ENGINE_ENV
    threads: 1
    resources:
        **TO_ASK,
    params:
        spec=lambda wildcards: SPECS.sample_traces(**wildcards),
        code=code("sample_traces"),
    shell:
        "python workflow/scripts/sample_traces.py --low {input.low:q}"
        " --bank {input.bank:q} --names {input.names:q} --prompts {input.prompts:q}"
        " --country {wildcards.country:q} --model {wildcards.model:q}"
        " --runtime work/runtime.json"
        " --journal work/journal/traces/{wildcards.model:q}/{wildcards.country:q}.jsonl"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule collect_examples:
    """What supervised fine-tuning learns from, to be read: prompts without norms, and replies."""
    input:
        source=source_of_examples,
        bank=ancient(CONFIG.survey.bank),
        names=ancient(CONFIG.country_names),
        prompts=ancient(CONFIG.prompts),
    output:
        cells.EXAMPLES,
    log:
        "logs/collect_examples/{tuning}/{model}/{learner}/{country}.log",
    wildcard_constraints:
        tuning=one_of(SUPERVISED),
    conda:
        CPU_ENV
    threads: 1
    params:
        spec=lambda wildcards: SPECS.collect_examples(**wildcards),
        code=code("collect_examples"),
    shell:
        "python workflow/scripts/collect_examples.py --source {input.source:q}"
        " --bank {input.bank:q} --names {input.names:q} --prompts {input.prompts:q}"
        " --country {wildcards.country:q}"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule train_sft:
    """An adapter learns to reply so by itself, without the norms in its context."""
    input:
        examples=examples_of_learner,
    output:
        directory(cells.ADAPTER),
    log:
        "logs/train_sft/{tuning}/{model}/{learner}.log",
    wildcard_constraints:
        tuning=one_of(SUPERVISED),
    priority: by_model
    conda:
        ENGINE_ENV
    threads: 1
    resources:
        **TO_TRAIN,
    params:
        spec=lambda wildcards: SPECS.train_adapter(**wildcards),
        code=code("train_sft"),
    shell:
        "python workflow/scripts/train_sft.py --examples {input.examples:q}"
        " --model {wildcards.model:q} --runtime work/runtime.json"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule sample_rejected:
    """What the tuned model now says by itself, to be weighed against its right traces."""
    input:
        train=cells.TRAIN,
        adapter=cells.ADAPTER,
        bank=ancient(CONFIG.survey.bank),
        names=ancient(CONFIG.country_names),
        prompts=ancient(CONFIG.prompts),
    output:
        cells.REJECTED,
    log:
        "logs/sample_rejected/{tuning}/{model}/{learner}/{country}.log",
    wildcard_constraints:
        tuning=one_of(SUPERVISED),
    priority: by_model
    conda:
        ENGINE_ENV
    threads: 1
    resources:
        **TO_ASK,
    params:
        spec=lambda wildcards: SPECS.sample_rejected(**wildcards),
        code=code("sample_rejected"),
    shell:
        "python workflow/scripts/sample_rejected.py --train {input.train:q}"
        " --adapter {input.adapter:q}"
        " --bank {input.bank:q} --names {input.names:q} --prompts {input.prompts:q}"
        " --country {wildcards.country:q} --model {wildcards.model:q}"
        " --runtime work/runtime.json"
        " --journal work/journal/rejected/{wildcards.tuning:q}/{wildcards.model:q}/"
        "{wildcards.learner:q}.{wildcards.country:q}.jsonl"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule pair_traces:
    """Each right trace beside a wrong one, the tuned model's own where it has any."""
    input:
        traces=cells.TRACES,
        rejected=started_from(cells.REJECTED),
        bank=ancient(CONFIG.survey.bank),
        names=ancient(CONFIG.country_names),
        prompts=ancient(CONFIG.prompts),
    output:
        cells.EXAMPLES,
    log:
        "logs/pair_traces/{tuning}/{model}/{learner}/{country}.log",
    wildcard_constraints:
        tuning=one_of(PREFERRED),
    conda:
        CPU_ENV
    threads: 1
    params:
        spec=lambda wildcards: SPECS.collect_examples(**wildcards),
        code=code("pair_traces"),
    shell:
        "python workflow/scripts/pair_traces.py"
        " --traces {input.traces:q} --rejected {input.rejected:q}"
        " --bank {input.bank:q} --names {input.names:q} --prompts {input.prompts:q}"
        " --country {wildcards.country:q}"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"


rule train_dpo:
    """The tuned adapter learns to prefer the right; what it starts from is its reference policy."""
    input:
        start=started_from(cells.ADAPTER),
        examples=examples_of_learner,
    output:
        directory(cells.ADAPTER),
    log:
        "logs/train_dpo/{tuning}/{model}/{learner}.log",
    wildcard_constraints:
        tuning=one_of(PREFERRED),
    priority: by_model
    conda:
        ENGINE_ENV
    threads: 1
    resources:
        **TO_TRAIN,
    params:
        spec=lambda wildcards: SPECS.train_adapter(**wildcards),
        code=code("train_dpo"),
    shell:
        "python workflow/scripts/train_dpo.py --start {input.start:q} --examples {input.examples:q}"
        " --model {wildcards.model:q} --runtime work/runtime.json"
        " --spec {params.spec:q} --output {output:q} --log {log:q}"
        " && python workflow/scripts/record.py --spec {params.spec:q} --code {params.code:q}"
        " --inputs {input:q} --outputs {output:q}"
