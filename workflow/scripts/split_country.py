"""Write one country's training and test rows, so that its later steps depend on no other's."""

from mores.runner import run
from mores.survey.rows import split_country

if __name__ == "__main__":
    run(split_country)
