"""Pair a country's right traces with wrong ones, for DPO."""

import argparse

from mores.cli import run
from mores.examples import preference_pairs
from mores.files import read_jsonl, write_jsonl
from mores.stage import add_wording, open_wording


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", required=True, help="the country's traces (JSONL)")
    parser.add_argument("--rejected", required=True, help="the tuned model's own traces (JSONL)")
    add_wording(parser)
    args = parser.parse_args()
    pairs = preference_pairs(open_wording(args), read_jsonl(args.traces), read_jsonl(args.rejected))
    write_jsonl(args.output, pairs)


if __name__ == "__main__":
    run(main)
