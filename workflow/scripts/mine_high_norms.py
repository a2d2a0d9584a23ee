"""Abstract a country's low-level norms into high-level norms, topic by topic."""

import argparse

from mores.cli import run
from mores.files import read_jsonl, write_jsonl
from mores.norms import mine_high_norms
from mores.stage import add_arguments, open_stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--low", required=True, help="the country's low-level norms (JSONL)")
    add_arguments(parser)
    args = parser.parse_args()
    stage = open_stage(args)
    write_jsonl(args.output, mine_high_norms(stage, read_jsonl(args.low), args.spec))


if __name__ == "__main__":
    run(main)
