"""Answer the test items for a country, as one method says."""

import argparse

from mores.answers import answer_items, control_norms, norms_by_topic, shown_examples
from mores.cli import run
from mores.files import read_jsonl, write_jsonl
from mores.prompts import load_neutral
from mores.stage import add_arguments, open_stage
from mores.survey.split import read_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", required=True, help="which items are test items (TSV)")
    parser.add_argument("--norms", help="high-level norms to put in context (JSONL)")
    parser.add_argument("--examples", help="training rows to show with their answers (JSONL)")
    parser.add_argument("--neutral", required=True, help="lines that state no norm (text)")
    add_arguments(parser)
    args = parser.parse_args()
    stage, method = open_stage(args), args.spec["method"]
    parts = read_split(args.split)
    items = [item for item in stage.bank.items.values() if parts[item.id] == "test"]
    norms = norms_by_topic(stage, read_jsonl(args.norms), args.norms) if args.norms else {}
    norms = control_norms(norms, method["control"], load_neutral(args.neutral))
    train = read_jsonl(args.examples) if args.examples else []
    examples = shown_examples(stage, train, method["examples"])
    write_jsonl(args.output, answer_items(stage, items, norms, examples, args.spec))


if __name__ == "__main__":
    run(main)
