"""Score one cell: a country's answers by one model and method."""

from mores.evaluations.score import score_cell
from mores.runner import run

if __name__ == "__main__":
    run(score_cell)
