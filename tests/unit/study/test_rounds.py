"""Snakemake's limit of jobs a second, which a run goes without unless its user asked for one."""

from types import SimpleNamespace

import pytest
from snakemake.cli import get_argument_parser
from snakemake.scheduling.job_scheduler import JobRateLimiter

from mores.study.rounds import look_when_jobs_end


def limiter(*arguments: str) -> JobRateLimiter:
    told = get_argument_parser().parse_args(["--cores", "1", *arguments])
    return JobRateLimiter(told.max_jobs_per_timespan)


def test_snakemakes_own_limit_is_dropped():
    scheduler = SimpleNamespace(job_rate_limiter=limiter())
    look_when_jobs_end(scheduler)
    assert scheduler.job_rate_limiter is None
    look_when_jobs_end(scheduler)
    assert scheduler.job_rate_limiter is None


@pytest.mark.parametrize("limit", ["10/1s", "100/1m", "1/2s"])
def test_the_users_limit_is_kept(limit):
    own = limiter("--max-jobs-per-timespan", limit)
    scheduler = SimpleNamespace(job_rate_limiter=own)
    look_when_jobs_end(scheduler)
    assert scheduler.job_rate_limiter is own
