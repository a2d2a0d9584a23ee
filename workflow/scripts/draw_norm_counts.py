"""Draw scores by the number of norms in context."""

from mores.report.figures.norm_counts import draw_norm_counts
from mores.runner import run

if __name__ == "__main__":
    run(draw_norm_counts)
