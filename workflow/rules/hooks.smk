"""What is done around the jobs of a real run: servers kept, faults looked for, progress shown.

Snakemake calls these hooks of the main workflow alone: as a module, mores has none.
"""

import time
from pathlib import Path

from mores.engine.lease import hold_run
from mores.study.ending import Ending
from mores.study.preflight import lines_of, preflight
from mores.study.rounds import leave_a_core, look_when_jobs_end
from mores.study.summary import findings, summary
from mores.study.watch import Watch

BEGUN = time.time()
WATCH = Watch(sys.stderr)


def look_ahead():
    """End the run before any job where a model or server that it will ask has a fault."""
    jobs = [
        (job.rule.name, Draw.of(job.wildcards_dict.get("model", ""))[0])
        for job in workflow.dag.needrun_jobs()
    ]
    models = [name for name in CONFIG.models if name in {model for _, model in jobs}]
    trained = {model for rule, model in jobs if rule == "train_adapter"}
    found = list(preflight(SETTINGS, SPECS, models, trained, ask=False))
    for line in lines_of(one for one in found if one[1].what in ("key", "remote code")):
        print(line, file=sys.stderr)
    faults = [one for one in found if one[1].state == "fault"]
    if faults:
        sys.exit("\n".join(["\nError: before any job:", *lines_of(faults), ""]))


# Only in a real run's own process, neither for a dry run nor in a job's on another host.
onstart:
    Ending().listen()
    look_when_jobs_end(workflow.scheduler)
    leave_a_core(workflow.scheduler)
    hold_run(CONFIG.engine.launcher)
    look_ahead()
    output = workflow.output_settings
    if not (output.quiet or output.verbose or output.printshellcmds):
        WATCH.begin(logger, len(workflow.dag))


onsuccess:
    WATCH.end()
    made = [Path(grid.TABLE.format(table=table)) for table in grid.tables(SETTINGS)]
    made = [path for path in made if path.exists() and path.stat().st_mtime >= BEGUN]
    if made:
        print(summary(made, Path(grid.MARGINALS)), file=sys.stderr)
    if made or (Path(grid.REPORT).exists() and Path(grid.REPORT).stat().st_mtime >= BEGUN):
        contrasts = grid.CONTRASTS.format(contrasts=grid.CONTRASTED)
        places = [
            Path(one) for one in (grid.TABLE.format(table=grid.SCORES), contrasts, grid.REPORT)
        ]
        print(findings(*places, CONFIG.scores.confidence, BEGUN), file=sys.stderr)


onerror:
    WATCH.end()
