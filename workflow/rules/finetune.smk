"""Fine-tuning: the norms move from the context into the model's own reasoning, as a LoRA adapter.

What an adapter is trained to do is its tuning's objective, a module of `mores.method.objectives`.

Requires: grid.TRAIN and grid.LOW_NORMS of each country.
Promises: grid.TRACES, grid.EXAMPLES, and grid.ADAPTER of every tuning x model x learner that is
used. A learner is a country, or all of them together.
"""


rule sample_traces:
    """With an item's own norm in context, a model reasons; the country's answer tells right from wrong."""
    input:
        low=norms_of_traces,
    output:
        grid.TRACES,
    log:
        "logs/sample_traces/{model}/{country}.log",
    priority: to_ask_in_turn
    conda:
        ENGINE_ENV
    resources:
        **TO_ASK,
    params:
        **step("sample_traces", **WORDING),
    shell:
        RUN


rule sample_rejected:
    """What the tuned model now says by itself, to be weighed against its right traces."""
    input:
        train=training_rows,
        adapter=grid.ADAPTER,
    output:
        grid.REJECTED,
    log:
        "logs/sample_rejected/{tuning}/{model}/{learner}/{country}.log",
    priority: to_ask_in_turn
    conda:
        ENGINE_ENV
    resources:
        **TO_ASK,
    params:
        **step("sample_rejected", **WORDING),
    shell:
        RUN


rule collect_examples:
    """What an adapter learns from, to be read: prompts without norms, and replies, right or wrong."""
    input:
        train=source_of_examples("train", grid.TRAIN),
        traces=source_of_examples("traces", grid.TRACES),
        rejected=source_of_examples("rejected", grid.REJECTED),
    output:
        grid.EXAMPLES,
    log:
        "logs/collect_examples/{tuning}/{model}/{learner}/{country}.log",
    priority: to_train_in_turn
    conda:
        CPU_ENV
    params:
        **step("collect_examples", **WORDING),
    shell:
        RUN


rule train_adapter:
    """An adapter learns to reply so by itself (SFT), or to prefer the right to the wrong (DPO)."""
    input:
        examples=examples_of_learner,
        start=start_of_learner,
    output:
        directory(grid.ADAPTER),
    log:
        "logs/train_adapter/{tuning}/{model}/{learner}.log",
    priority: to_train_in_turn
    conda:
        ENGINE_ENV
    resources:
        **TO_TRAIN,
    params:
        **step("train_adapter"),
    shell:
        RUN
