"""Draw topic by method as a heat map."""

from mores.report.figures.heat import draw_topics
from mores.runner import run

if __name__ == "__main__":
    run(draw_topics)
