"""Score any answers file against any survey; prints one JSON object.

The file is a JSON list or JSONL of objects with `item` (or `Q_id`) and `answer`; an item may stand
several times if each row has a `sample`.
"""

import argparse
import json
from pathlib import Path

from mores.method.items import load_bank
from mores.process import run
from mores.scoring.answers_file import score_answers

BANK = Path(__file__).parents[2] / "resources/items/wvs7.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--survey", required=True, help="survey file of any kind")
    parser.add_argument("--country", required=True, help="ISO code")
    parser.add_argument("--answers", required=True, help="answers (JSON list or JSONL)")
    parser.add_argument("--mode", choices=["culturespa", "strict"], default="culturespa")
    parser.add_argument("--bank", default=BANK, help="item bank (YAML); default: WVS-7")
    args = parser.parse_args()
    bank = load_bank(args.bank)
    print(json.dumps(score_answers(args.survey, args.country, args.answers, args.mode, bank)))


if __name__ == "__main__":
    run(main)
