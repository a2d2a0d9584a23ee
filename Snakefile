"""The workflow for those who run it in a clone; it is in workflow/Snakefile."""


include: "workflow/Snakefile"


rule tables:
    """What `snakemake` without a target makes; Snakemake takes it from no included file."""
    default_target: True
    input:
        rules.all.input,
