"""Score one cell: a country's answers by one model and method."""

from mores.runner import run
from mores.scoring.cell import score_answered

if __name__ == "__main__":
    run(score_answered)
