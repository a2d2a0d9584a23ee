"""Draw scores by whose norms stand in context."""

from mores.report.figures.norm_sources import draw_norm_sources
from mores.runner import run

if __name__ == "__main__":
    run(draw_norm_sources)
