"""Answer the test items for a country, as one method says."""

import argparse

from mores.answers import answer_items, norms_by_topic
from mores.cli import run
from mores.files import read_jsonl, write_jsonl
from mores.stage import add_arguments, open_stage
from mores.survey.split import read_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", required=True, help="which items are test items (TSV)")
    parser.add_argument("--norms", help="high-level norms to put in context (JSONL)")
    add_arguments(parser)
    args = parser.parse_args()
    stage = open_stage(args)
    parts = read_split(args.split)
    items = [item for item in stage.bank.items.values() if parts[item.id] == "test"]
    norms = norms_by_topic(stage, read_jsonl(args.norms), args.norms) if args.norms else None
    write_jsonl(args.output, answer_items(stage, items, norms, args.spec))


if __name__ == "__main__":
    run(main)
