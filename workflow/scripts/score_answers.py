"""Score any answers file against any survey; prints one JSON object.

The file is a JSON list or JSONL of objects with `item` (or `Q_id`) and `answer`; an item may stand
several times if each row has a `sample`. In the mode `distribution` a row has `shares` instead of
`answer`: by code, or in the order of the codes; the last row of an item counts.
"""

import argparse
import json
from pathlib import Path

from mores.method.items import load_bank
from mores.process import run
from mores.scoring.answers_file import score_answers
from mores.scoring.distributions_file import score_distributions

MODES = ("culturespa", "strict", "distribution")
BANK = Path(__file__).parents[2] / "resources/items/wvs7.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--survey", required=True, help="survey file of any kind")
    parser.add_argument("--country", required=True, help="ISO code")
    parser.add_argument("--answers", required=True, help="answers (JSON list or JSONL)")
    parser.add_argument("--mode", choices=MODES, default=MODES[0])
    parser.add_argument("--bank", default=BANK, help="item bank (YAML); default: WVS-7")
    args = parser.parse_args()
    bank = load_bank(args.bank)
    given = (args.survey, args.country, args.answers)
    if args.mode == "distribution":
        scores = score_distributions(*given, bank)
    else:
        scores = score_answers(*given, args.mode, bank)
    # A score of nothing is null: JSON has no nan.
    print(json.dumps({name: None if one != one else one for name, one in scores.items()}))


if __name__ == "__main__":
    run(main)
