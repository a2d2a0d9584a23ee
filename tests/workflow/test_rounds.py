"""When Snakemake itself looks for jobs to start."""


def test_it_looks_when_a_job_has_ended_and_at_no_other_time(checkout):
    told = checkout.run("--verbose", "--until", "split_country")
    ended = told.count("Finished jobid")
    assert ended >= 6
    assert told.count("Ready jobs: ") <= ended + 1
