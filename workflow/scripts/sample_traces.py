"""Sample a model's reasoning on a country's training items, each with its norm in context."""

import argparse

from mores.cli import run
from mores.files import read_jsonl, write_jsonl
from mores.stage import add_arguments, open_stage
from mores.traces import sample_traces


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--low", required=True, help="the country's low-level norms (JSONL)")
    add_arguments(parser)
    args = parser.parse_args()
    write_jsonl(args.output, sample_traces(open_stage(args), read_jsonl(args.low), args.spec))


if __name__ == "__main__":
    run(main)
