"""Hold methods and models against each other: differences, how sure they are, what was missed."""

from mores.evaluations.contrasts import score_contrasts
from mores.runner import run

if __name__ == "__main__":
    run(score_contrasts)
