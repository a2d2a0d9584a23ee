"""Mine a low-level norm from each training item and what the country answered to it."""

from mores.method.norms import mine_low_norms
from mores.runner import run

if __name__ == "__main__":
    run(mine_low_norms)
