"""Figures: what the tables say, drawn; each with its data as TSV, as SVG and as PNG.

Which there are, page by page, and what each is drawn from, stands in `mores.study.figures`; each has
a script of its own, and a caption in `workflow/report`.

Requires: grid.TABLE and grid.CONTRASTS of the survey, grid.ITEMS, grid.TOPICS, grid.TEST,
grid.ADAPTER, and grid.TABLE of other evaluations.
Promises: grid.FIGURE of every figure that the study has something for.
"""

for name, drawn in figures(SETTINGS).items():

    rule:
        name:
            f"draw_{name}"
        input:
            **drawn.inputs,
        output:
            data=grid.FIGURE.format(figure=name, kind="tsv"),
            svg=report(
                grid.FIGURE.format(figure=name, kind="svg"),
                caption=f"../report/{drawn.drawing}.rst",
                category="Figures",
                labels={"figure": name},
            ),
            png=grid.FIGURE.format(figure=name, kind="png"),
        log:
            f"logs/draw_{name}.log",
        conda:
            CPU_ENV
        resources:
            **TO_COUNT,
        params:
            **step(f"draw_{drawn.drawing}", of={"shown": drawn.shown} if drawn.shown else None),
        shell:
            RUN
