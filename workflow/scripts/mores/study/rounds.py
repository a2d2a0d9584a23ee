"""When Snakemake looks for jobs to start: as one has ended, and not by the clock as well.

Its limit of jobs a second (`--max-jobs-per-timespan`) is kept by a timer that every look sets and
that leads to a look of its own: after a thousand jobs, a thousand looks a second, each of which
asks the file system for the size of every input of every job that is ready (Snakemake 9.27).
"""

from snakemake.scheduling.job_scheduler import JobScheduler

SNAKEMAKES_OWN = (100, 1)  # jobs, seconds: more than any run of ours starts


def look_when_jobs_end(scheduler: JobScheduler) -> None:
    """Drop the limit before the first look, unless it is one that the user asked for."""
    limit = scheduler.job_rate_limiter
    if limit and (limit.max_jobs, limit.timespan) == SNAKEMAKES_OWN:
        scheduler.job_rate_limiter = None
