"""Norm mining: what a country's answers to the training items say about its norms.

Two ways begin with a low-level norm for each item; the third asks for a topic's norms at once.

Requires: each country's grid.TRAIN, and a model that answers.
Promises: grid.LOW_NORMS and grid.HIGH_NORMS of every mining x model x country that is used.
"""


rule mine_low_norms:
    """A model writes one norm for each training item, from what the country answered."""
    input:
        train=training_rows,
    output:
        grid.LOW_NORMS,
    log:
        "logs/mine_low_norms/{mining}/{model}/{country}.log",
    wildcard_constraints:
        mining=one_of(FROM_ITEMS),
    priority: to_ask_in_turn
    conda:
        ENGINE_ENV
    resources:
        **TO_ASK,
    params:
        **step("mine_low_norms", **WORDING),
    shell:
        RUN


rule mine_high_norms:
    """The same model abstracts a topic's norms into a few that fit questions never seen."""
    input:
        low=grid.LOW_NORMS,
    output:
        grid.HIGH_NORMS,
    log:
        "logs/mine_high_norms/{mining}/{model}/{country}.log",
    wildcard_constraints:
        mining=one_of(FROM_ITEMS),
    priority: to_ask_in_turn
    conda:
        ENGINE_ENV
    resources:
        **TO_ASK,
    params:
        **step("mine_high_norms", **WORDING),
    shell:
        RUN


rule mine_topic_norms:
    """A model states a topic's norms from what it knows of the country, with nothing shown."""
    output:
        grid.HIGH_NORMS,
    log:
        "logs/mine_topic_norms/{mining}/{model}/{country}.log",
    wildcard_constraints:
        mining=one_of(FROM_TOPIC),
    priority: to_ask_in_turn
    conda:
        ENGINE_ENV
    resources:
        **TO_ASK,
    params:
        **step("mine_topic_norms", **WORDING),
    shell:
        RUN
