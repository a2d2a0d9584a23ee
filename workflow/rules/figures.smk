"""Figures: what the tables say, drawn; each with its data as TSV, as SVG and as PNG.

Requires: grid.TABLE and grid.CONTRASTS of the survey, grid.TOPICS.
Promises: grid.FIGURE of every figure that the study has something for.
"""


rule draw_scores:
    """Where every country's score lies between the best row without a model and a second sample."""
    input:
        scores=grid.TABLE.format(table=grid.SCORES),
    output:
        **figure("scores"),
    log:
        "logs/draw_scores.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("draw_scores"),
    shell:
        RUN


rule draw_contrasts:
    """Which differences are sure."""
    input:
        contrasts=grid.CONTRASTS.format(contrasts=grid.CONTRASTED),
    output:
        **figure("contrasts"),
    log:
        "logs/draw_contrasts.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("draw_contrasts"),
    shell:
        RUN


rule draw_heat:
    """Which method helps which country."""
    input:
        scores=grid.TABLE.format(table=grid.SCORES),
    output:
        **figure("heat"),
    log:
        "logs/draw_heat.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("draw_heat"),
    shell:
        RUN


rule draw_topics:
    """Which method helps on which topic."""
    input:
        topics=grid.TOPICS,
    output:
        **figure("topics"),
    log:
        "logs/draw_topics.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("draw_topics"),
    shell:
        RUN


rule draw_invalid:
    """Why answers name no option."""
    input:
        scores=grid.TABLE.format(table=grid.SCORES),
    output:
        **figure("invalid"),
    log:
        "logs/draw_invalid.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("draw_invalid"),
    shell:
        RUN


rule draw_norm_counts:
    """How many norms are enough."""
    input:
        scores=grid.TABLE.format(table=grid.SCORES),
    output:
        **figure("norm_counts"),
    log:
        "logs/draw_norm_counts.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("draw_norm_counts"),
    shell:
        RUN
