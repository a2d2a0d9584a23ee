"""Draw countries and models in one plane."""

from mores.report.figures.plane import draw_plane
from mores.runner import run

if __name__ == "__main__":
    run(draw_plane)
