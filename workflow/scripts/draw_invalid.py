"""Draw answers that name no option by reason."""

from mores.report.figures.invalid import draw_invalid
from mores.runner import run

if __name__ == "__main__":
    run(draw_invalid)
