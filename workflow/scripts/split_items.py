"""Draw the training items of every topic; the rest are test items."""

import argparse
import json

from mores.cli import log_to, run
from mores.items import load_bank
from mores.survey.split import split_items, write_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bank", required=True, help="item bank (YAML)")
    parser.add_argument(
        "--spec", type=json.loads, required=True, help="seed, train_per_topic (JSON)"
    )
    parser.add_argument("--output", required=True, help="split to write (TSV)")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()
    log_to(args.log)
    bank = load_bank(args.bank)
    parts = split_items(bank, args.spec["seed"], args.spec["train_per_topic"])
    write_split(args.output, bank, parts)


if __name__ == "__main__":
    run(main)
