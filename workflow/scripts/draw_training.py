"""Draw adapters' losses, epoch by epoch."""

from mores.report.figures.training import draw_training
from mores.runner import run

if __name__ == "__main__":
    run(draw_training)
