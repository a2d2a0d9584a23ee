"""Ask for a country's norms topic by topic, with no survey answers to go by."""

import argparse

from mores.cli import run
from mores.files import write_jsonl
from mores.norms import mine_topic_norms
from mores.stage import add_arguments, open_stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    args = parser.parse_args()
    write_jsonl(args.output, mine_topic_norms(open_stage(args), args.spec))


if __name__ == "__main__":
    run(main)
