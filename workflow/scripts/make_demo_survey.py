"""Make the demo survey from planted values, as resources/demo/survey.json was."""

import argparse
from pathlib import Path

from mores.demo.survey import draw_survey, plant_values
from mores.files import write_json, write_text
from mores.method.items import load_bank
from mores.process import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bank", required=True, help="the demo's item bank (YAML)")
    parser.add_argument("--seed", type=int, default=2034)
    parser.add_argument("--output", type=Path, required=True, help="folder to write into")
    args = parser.parse_args()
    bank = load_bank(args.bank)
    values = plant_values(bank, args.seed)
    rows = [f"{c}\t{topic}\t{level}\n" for c, of in values.items() for topic, level in of.items()]
    write_text(args.output / "planted.tsv", "country\ttopic\tlevel\n" + "".join(rows))
    write_json(args.output / "survey.json", draw_survey(bank, values, args.seed))


if __name__ == "__main__":
    run(main)
