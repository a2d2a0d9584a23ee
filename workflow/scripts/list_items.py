"""List the survey's cells item by item, and topic by topic, with the norms before them."""

from mores.runner import run
from mores.scoring.listing import list_items

if __name__ == "__main__":
    run(list_items)
