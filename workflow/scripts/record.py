"""Write down what a result was made from; the last thing each job does."""

import argparse
import json
from pathlib import Path

from mores.cli import run
from mores.files import read_json
from mores.records import write_records

CODE = Path("work/code")  # where the run has written what each digest of code stands for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", type=json.loads, required=True, help="its spec (JSON)")
    parser.add_argument("--code", required=True, help="digest of its code")
    parser.add_argument("--inputs", nargs="*", default=[], help="what it read")
    parser.add_argument("--outputs", nargs="+", required=True, help="what it wrote")
    args = parser.parse_args()
    code = read_json(CODE / f"{args.code}.json")
    write_records(code["rule"], args.spec, code["modules"], args.inputs, args.outputs)


if __name__ == "__main__":
    run(main)
