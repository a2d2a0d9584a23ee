"""The review: people judge the norms, blind.

Requires: grid.HIGH_NORMS that countries' own methods have in context; filled sheets.
Promises: sheets (grid.REVIEW_SHEET, grid.REVIEW_FORM) with their key, and grid.REVIEWED of filled
ones, all by name.
"""


rule norm_review:
    """Norms of all sources, shuffled, with planted controls, for people to judge blind."""
    input:
        norms=reports.norms_reviewed(SETTINGS),
    output:
        sheet=grid.REVIEW_SHEET,
        form=grid.REVIEW_FORM,
        key=grid.REVIEW_KEY,
    log:
        "logs/norm_review.log",
    conda:
        CPU_ENV
    params:
        **step("norm_review", page=grid.REVIEW_PAGE),
    shell:
        RUN


rule score_norm_review:
    """What people said of the norms: accepted or not, agreed or not, and the controls caught."""
    input:
        key=grid.REVIEW_KEY,
        effects=effects_measured,
    output:
        table=grid.REVIEWED,
        raters=grid.REVIEW_RATERS,
        labels=grid.REVIEW_LABELS,
    log:
        "logs/score_norm_review.log",
    conda:
        CPU_ENV
    resources:
        **TO_COUNT,
    params:
        **step("score_norm_review", sheets=CONFIG.norm_review.sheets),
    shell:
        RUN
