"""Score what needs no model: reference rows made from the survey alone."""

import argparse
import json

from mores.cli import log_to, run
from mores.errors import InputError
from mores.files import write_json
from mores.items import load_bank
from mores.scoring.references import read_survey, reference_rows
from mores.survey.marginals import read_marginals
from mores.survey.split import read_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marginals", required=True, help="marginals (parquet)")
    parser.add_argument("--split", help="split (TSV); without it all items are scored")
    parser.add_argument("--bank", required=True, help="item bank (YAML)")
    parser.add_argument(
        "--spec", type=json.loads, required=True, help="countries, pool, resampling"
    )
    parser.add_argument("--output", required=True, help="rows to write (JSON)")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()
    log_to(args.log)
    bank, spec = load_bank(args.bank), args.spec
    survey = read_survey(read_marginals(args.marginals))
    absent = [country for country in spec["pool"] if country not in survey]
    if absent:
        raise InputError(f"countries: the survey has no answers of {', '.join(absent)}")
    parts = read_split(args.split) if args.split else dict.fromkeys(bank.items, "test")
    items = [name for name, part in parts.items() if part == "test"]
    rows = reference_rows(survey, bank, items, spec["countries"], spec["pool"], spec)
    write_json(args.output, rows)


if __name__ == "__main__":
    run(main)
