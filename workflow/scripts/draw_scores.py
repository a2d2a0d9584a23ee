"""Draw scores per country and method between floor and ceiling."""

from mores.report.figures.scores import draw_scores
from mores.runner import run

if __name__ == "__main__":
    run(draw_scores)
