"""Score one cell: a country's answers by one model and method."""

import argparse

from mores.cli import log_to, run
from mores.files import read_jsonl, write_json
from mores.items import load_bank
from mores.scoring.cell import score_cell


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", required=True, help="the cell's answers (JSONL)")
    parser.add_argument("--test", required=True, help="the country's test rows (JSONL)")
    parser.add_argument("--bank", required=True, help="item bank (YAML)")
    parser.add_argument("--country", required=True, help="ISO code")
    parser.add_argument("--model", required=True, help="the model's name")
    parser.add_argument("--method", required=True, help="the method's name")
    parser.add_argument("--output", required=True, help="scores to write (JSON)")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()
    log_to(args.log)
    cell = {"country": args.country, "model": args.model, "method": args.method}
    answers, test = read_jsonl(args.answers), read_jsonl(args.test)
    scores = score_cell(answers, test, load_bank(args.bank), args.answers)
    write_json(args.output, cell | scores)


if __name__ == "__main__":
    run(main)
