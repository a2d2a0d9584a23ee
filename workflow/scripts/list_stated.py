"""List how often thinking states norms of the country, and of others."""

from mores.runner import run
from mores.scoring.stated import list_stated

if __name__ == "__main__":
    run(list_stated)
