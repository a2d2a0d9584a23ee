"""Draw alignment gained against wishes allowed."""

from mores.report.figures.tradeoff import draw_tradeoff
from mores.runner import run

if __name__ == "__main__":
    run(draw_tradeoff)
