"""Collect what supervised fine-tuning learns from: bare answers, or right traces."""

import argparse

from mores.cli import run
from mores.examples import answer_examples, trace_examples
from mores.files import read_jsonl, write_jsonl
from mores.stage import add_wording, open_wording


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True, help="training rows or traces (JSONL)")
    add_wording(parser)
    args = parser.parse_args()
    collect = {"answers": answer_examples, "traces": trace_examples}[args.spec["data"]]
    write_jsonl(args.output, collect(open_wording(args), read_jsonl(args.source)))


if __name__ == "__main__":
    run(main)
