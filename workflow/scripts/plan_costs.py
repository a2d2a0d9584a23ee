"""Print what a run will ask of each model, and how much of it is journalled."""

import argparse
import json

from mores.cli import run
from mores.costs import table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plan", type=json.loads, required=True, help="rows of the plan (JSON)")
    print(table(parser.parse_args().plan))


if __name__ == "__main__":
    run(main)
