"""Abstract a country's low-level norms into high-level norms, topic by topic."""

from mores.method.norms import mine_high_norms
from mores.runner import run

if __name__ == "__main__":
    run(mine_high_norms)
