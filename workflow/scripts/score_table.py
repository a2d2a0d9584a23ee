"""Join all cells and references into the scores table, with paired tests against vanilla."""

from mores.runner import run
from mores.scoring.table import score_table

if __name__ == "__main__":
    run(score_table)
