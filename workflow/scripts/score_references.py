"""Score what needs no model: reference rows made from the survey alone."""

from mores.runner import run
from mores.scoring.references import score_references

if __name__ == "__main__":
    run(score_references)
