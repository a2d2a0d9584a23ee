"""Score what needs no model: reference rows made from the survey alone."""

from mores.runner import run
from mores.scoring.reference_scores import score_references

if __name__ == "__main__":
    run(score_references)
