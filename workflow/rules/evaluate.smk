"""Evaluation: what is asked about each country answered by each model in each way, and scored.

Requires: grid.TEST for the survey's own items, and what the method asks for: grid.HIGH_NORMS,
grid.TRAIN, grid.ADAPTER.
Promises: grid.ANSWERS and grid.CELL of the whole grid.
"""


rule answer_items:
    """A model answers every question for a country; what is right there is not shown."""
    input:
        norms=norms_in_context,
        examples=examples_in_context,
        adapter=adapter_of_cell,
    output:
        grid.ANSWERS,
    log:
        "logs/answer_items/{evaluation}/{method}/{model}/{country}.log",
    priority: to_ask_in_turn
    conda:
        ENGINE_ENV
    resources:
        **TO_ASK,
    params:
        **step("answer_items", **WORDING, questions=questions_asked, neutral=neutral_in_context),
    shell:
        RUN


rule score_cell:
    """The answers are held against what is right; nothing invalid is dropped or guessed."""
    input:
        answers=grid.ANSWERS,
        test=answered_by_country,
    output:
        grid.CELL,
    log:
        "logs/score_cell/{evaluation}/{method}/{model}/{country}.log",
    priority: SOONEST
    conda:
        CPU_ENV
    params:
        **step("score_cell", questions=questions_asked),
    shell:
        RUN
