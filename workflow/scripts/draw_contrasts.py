"""Draw contrasts as a forest plot."""

from mores.report.figures.contrasts import draw_contrasts
from mores.runner import run

if __name__ == "__main__":
    run(draw_contrasts)
