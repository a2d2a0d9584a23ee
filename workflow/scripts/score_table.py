"""Join all cells and references into the scores table, with paired tests against vanilla."""

import argparse
import json
from itertools import product

from mores.cli import log_to, run
from mores.files import read_json, write_text
from mores.scoring.table import scores_table
from mores.survey.split import read_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", required=True, help="folder of scored cells")
    parser.add_argument("--references", required=True, help="reference rows (JSON)")
    parser.add_argument("--split", required=True, help="split (TSV)")
    parser.add_argument("--spec", type=json.loads, required=True, help="grid and resampling (JSON)")
    parser.add_argument("--output", required=True, help="table to write (TSV)")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()
    log_to(args.log)
    grid = product(args.spec["methods"], args.spec["models"], args.spec["countries"])
    cells = [
        read_json(f"{args.cells}/{method}/{model}/{country}.json")
        for method, model, country in grid
    ]
    items = [name for name, part in read_split(args.split).items() if part == "test"]
    table = scores_table(cells, read_json(args.references), items, args.spec)
    write_text(args.output, table)


if __name__ == "__main__":
    run(main)
