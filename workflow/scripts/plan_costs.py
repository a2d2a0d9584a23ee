"""Print what a run will ask of each model, how much of it is journalled, and in which turns."""

import argparse

from mores.process import run
from mores.study.costs import plan, table
from mores.study.plan import Study, every_result
from mores.study.specs import Specs
from mores.study.turns import told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Study.model_validate_json, required=True, help="JSON")
    study = parser.parse_args().study
    settings = study.settings()
    results = every_result(study)
    print(table(plan(settings, Specs(settings), results)))
    print(told(settings.config, results))


if __name__ == "__main__":
    run(main)
