"""Write one country's training and test rows, so that its later steps depend on no other's."""

import argparse
import json

from mores.cli import log_to, run
from mores.files import write_jsonl
from mores.items import load_bank
from mores.survey.split import country_rows, read_split
from mores.survey.store import stored_marginals


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--survey", required=True, help="survey file")
    parser.add_argument("--split", required=True, help="split (TSV)")
    parser.add_argument("--bank", required=True, help="item bank (YAML)")
    parser.add_argument("--country", required=True, help="ISO code")
    parser.add_argument("--spec", type=json.loads, required=True, help="format and weights (JSON)")
    parser.add_argument("--train", required=True, help="training rows to write (JSONL)")
    parser.add_argument("--test", required=True, help="test rows to write (JSONL)")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()
    log_to(args.log)
    bank, parts = load_bank(args.bank), read_split(args.split)
    marginals = stored_marginals(args.survey, bank, args.spec["format"], args.spec["weights"])
    rows = country_rows(marginals, bank, parts, args.country)
    write_jsonl(args.train, rows["train"])
    write_jsonl(args.test, rows["test"])


if __name__ == "__main__":
    run(main)
