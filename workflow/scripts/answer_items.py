"""Answer an evaluation's questions about a country, as one method says."""

from mores.evaluations.ask import answer_items
from mores.runner import run

if __name__ == "__main__":
    run(answer_items)
