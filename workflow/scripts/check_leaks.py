"""Look through what norms and adapters are made of for items that are scored."""

from mores.method.leak_checks import check_leaks
from mores.runner import run

if __name__ == "__main__":
    run(check_leaks)
