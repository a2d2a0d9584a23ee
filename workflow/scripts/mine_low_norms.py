"""Mine a low-level norm from each training item and the country's most frequent answer."""

import argparse

from mores.cli import run
from mores.files import read_jsonl, write_jsonl
from mores.norms import mine_low_norms
from mores.stage import add_arguments, open_stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", required=True, help="the country's training rows (JSONL)")
    add_arguments(parser)
    args = parser.parse_args()
    stage = open_stage(args)
    write_jsonl(args.output, mine_low_norms(stage, read_jsonl(args.train), args.spec))


if __name__ == "__main__":
    run(main)
