"""Score filled sheets: acceptance of norms by source, agreement of raters, controls caught."""

from mores.runner import run
from mores.scoring.review.score import score_norm_review

if __name__ == "__main__":
    run(score_norm_review)
