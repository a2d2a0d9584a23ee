"""Read a survey file into marginals: each country's share per option of every item."""

from mores.runner import run
from mores.survey.importing import import_survey

if __name__ == "__main__":
    run(import_survey)
