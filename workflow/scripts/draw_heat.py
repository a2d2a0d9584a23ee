"""Draw country by method as a heat map."""

from mores.report.figures.heat import draw_heat
from mores.runner import run

if __name__ == "__main__":
    run(draw_heat)
