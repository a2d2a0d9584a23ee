"""Tools: what is asked of a study besides its results. They make nothing that a rule waits for."""


rule preflight:
    """What would stop a run hours from now, looked for at each model and server; makes no file."""
    log:
        "logs/preflight.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/preflight.py --study {{params.study:q}} 2>&1 | tee {{log:q}}"


rule fetch:
    """Models that are on the hub, downloaded once, before a run that needs them; makes no file."""
    log:
        "logs/fetch.log",
    localrule: True
    conda:
        ENGINE_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/fetch.py --study {{params.study:q}} 2>&1 | tee {{log:q}}"


rule plan_costs:
    """What the whole grid will ask of each model, before anything is spent; makes no file."""
    log:
        "logs/plan_costs.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/plan_costs.py --study {{params.study:q}} | tee {{log:q}}"


rule overview:
    """How much of each part of the grid is done, stale, missing, and its hours; makes no file."""
    log:
        "logs/overview.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/overview.py --study {{params.study:q}} | tee {{log:q}}"


rule audit:
    """Which results are what today's files would make, and why others are not; makes no result."""
    log:
        "logs/audit.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/audit.py --study {{params.study:q}} --stale work/stale.txt | tee {{log:q}}"


rule gc:
    """What journals and adapters hold that no result needs; shown, not freed."""
    log:
        "logs/gc.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/gc.py --study {{params.study:q}} | tee {{log:q}}"


rule gc_free:
    """Frees what `gc` has shown."""
    log:
        "logs/gc_free.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/gc.py --free --study {{params.study:q}} | tee {{log:q}}"


rule exports:
    """The results that are there, for other people's tools; what is not there is told, not made."""
    log:
        "logs/exports.log",
    localrule: True
    conda:
        CPU_ENV
    params:
        study=study,
    shell:
        f"python {TOOLS}/exports.py --study {{params.study:q}} 2>&1 | tee {{log:q}}"
