"""Answer the test items for a country, as one method says."""

from mores.method.answers import answer_country
from mores.runner import run

if __name__ == "__main__":
    run(answer_country)
