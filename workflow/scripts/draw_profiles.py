"""Draw countries' profiles against their scores."""

from mores.report.figures.profiles import draw_profiles
from mores.runner import run

if __name__ == "__main__":
    run(draw_profiles)
