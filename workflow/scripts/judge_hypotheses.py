"""Hold claims that were stated beforehand against the contrasts."""

from mores.runner import run
from mores.scoring.hypotheses import judge_hypotheses

if __name__ == "__main__":
    run(judge_hypotheses)
