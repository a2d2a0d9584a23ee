"""When Snakemake looks for jobs to start: as one has ended, and not by the clock as well.

Its limit of jobs a second (`--max-jobs-per-timespan`) is kept by a timer that every look sets and
that leads to a look of its own: after a thousand jobs, a thousand looks a second, each of which
asks the file system for the size of every input of every job that is ready (Snakemake 9.27).
"""

from snakemake.scheduling.job_scheduler import JobScheduler

from mores.study.resources import CPU_TRAININGS

SNAKEMAKES_OWN = (100, 1)  # jobs, seconds: more than any run of ours starts


def look_when_jobs_end(scheduler: JobScheduler) -> None:
    """Drop the limit before the first look, unless it is one that the user asked for."""
    limit = scheduler.job_rate_limiter
    if limit and (limit.max_jobs, limit.timespan) == SNAKEMAKES_OWN:
        scheduler.job_rate_limiter = None


def leave_a_core(scheduler: JobScheduler) -> None:
    """Train on all cores but one at once: servers compute too, and jobs that ask them are to start.

    Unless the user says how many (`--resources cpu_trainings=N`).
    """
    for limits in (scheduler.global_resources, scheduler.resources):
        limits.setdefault(CPU_TRAININGS, max(1, limits["_cores"] - 1))
