"""List what was looked through for items that are scored, and how near it comes to them."""

from mores.method.leak_checks import list_leaks
from mores.runner import run

if __name__ == "__main__":
    run(list_leaks)
