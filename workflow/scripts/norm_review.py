"""Draw norms for people to judge, as a sheet and a form that tell no source, and their key."""

from mores.runner import run
from mores.scoring.review.sheet import norm_review

if __name__ == "__main__":
    run(norm_review)
