"""Sample a tuned model's reasoning on a country's training items, without norms."""

import argparse

from mores.cli import run
from mores.files import read_jsonl, write_jsonl
from mores.stage import add_arguments, open_stage
from mores.traces import sample_rejected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", required=True, help="the country's training rows (JSONL)")
    add_arguments(parser)
    args = parser.parse_args()
    write_jsonl(args.output, sample_rejected(open_stage(args), read_jsonl(args.train), args.spec))


if __name__ == "__main__":
    run(main)
