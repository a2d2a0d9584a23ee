"""Count how many thinking texts state norms of the country, and of others."""

from mores.runner import run
from mores.scoring.stated import find_norms

if __name__ == "__main__":
    run(find_norms)
