"""Evaluation: each country's test items answered by each model in each way, and scored.

Requires: grid.TEST, and what the method asks for: grid.HIGH_NORMS, grid.TRAIN, grid.ADAPTER.
Promises: grid.ANSWERS and grid.CELL of the whole grid.
"""


rule answer_items:
    """A model answers every test item for a country; what the country answered is not shown."""
    input:
        **WORDING,
        norms=norms_in_context,
        examples=examples_in_context,
        neutral=neutral_in_context,
        adapter=adapter_of_cell,
    output:
        grid.ANSWERS,
    log:
        "logs/answer_items/{method}/{model}/{country}.log",
    priority: by_model
    conda:
        ENGINE_ENV
    resources:
        **TO_ASK,
    params:
        **step("answer_items"),
    shell:
        RUN


rule score_cell:
    """The answers are held against the country's own; nothing invalid is dropped or guessed."""
    input:
        **BANK,
        answers=grid.ANSWERS,
        test=grid.TEST,
    output:
        grid.CELL,
    log:
        "logs/score_cell/{method}/{model}/{country}.log",
    conda:
        CPU_ENV
    params:
        **step("score_cell"),
    shell:
        RUN
