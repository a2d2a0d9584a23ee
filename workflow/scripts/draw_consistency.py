"""Draw how alike variants answer."""

from mores.report.figures.consistency import draw_consistency
from mores.runner import run

if __name__ == "__main__":
    run(draw_consistency)
