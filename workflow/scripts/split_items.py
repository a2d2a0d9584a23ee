"""Draw the training items of every topic; the rest are test items."""

from mores.runner import run
from mores.survey.splitting import split_bank

if __name__ == "__main__":
    run(split_bank)
