"""Read a survey file into marginals: each country's share per option of every item."""

import argparse
import json

from mores.cli import log_to, run
from mores.files import whole
from mores.items import load_bank
from mores.survey import import_survey


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--survey", required=True, help="survey file")
    parser.add_argument("--bank", required=True, help="item bank (YAML)")
    parser.add_argument("--spec", type=json.loads, required=True, help="format and weights (JSON)")
    parser.add_argument("--output", required=True, help="marginals to write (parquet)")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()
    log_to(args.log)
    settings = {key: args.spec[key] for key in ("format", "weights")}
    marginals = import_survey(args.survey, load_bank(args.bank), **settings)
    with whole(args.output) as temporary:
        marginals.write_parquet(temporary)


if __name__ == "__main__":
    run(main)
