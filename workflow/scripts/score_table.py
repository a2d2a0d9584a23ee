"""Join an evaluation's cells into its table, with paired tests against vanilla."""

from mores.evaluations.table import score_table
from mores.runner import run

if __name__ == "__main__":
    run(score_table)
