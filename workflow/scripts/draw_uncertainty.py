"""Draw people's and models' uncertainty side by side."""

from mores.report.figures.uncertainty import draw_uncertainty
from mores.runner import run

if __name__ == "__main__":
    run(draw_uncertainty)
