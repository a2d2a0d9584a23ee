"""Part the variance of scores into split, mining, training and sampling."""

from mores.runner import run
from mores.scoring.variance import score_variance

if __name__ == "__main__":
    run(score_variance)
